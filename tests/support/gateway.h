// The real gateway as a child process.
#ifndef TESTS_SUPPORT_GATEWAY_H_
#define TESTS_SUPPORT_GATEWAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/gateway_files.h"

namespace kyc::tests {

// What to start.
struct GatewayProgram {
  std::string path = "server/kyc-gateway";    // Within the runfiles.
  std::vector<std::string> environment = {};  // "NAME=value", added to the test's own.
};

// Started on these files by the constructor, which returns when it serves; a test failure and ports
// of 0 if it never does. Starting another one after its end is a restart.
class Gateway {
 public:
  explicit Gateway(const GatewayFiles& files, const GatewayProgram& program = {});

  // Of the first gRPC listener.
  uint16_t grpc_port() const { return grpc_ports_.empty() ? 0 : grpc_ports_[0]; }
  // Of all, in the order of the configuration.
  const std::vector<uint16_t>& grpc_ports() const { return grpc_ports_; }
  uint16_t webhook_port() const { return webhook_port_; }
  uint16_t admin_port() const { return admin_port_; }
  const ChildProcess& process() const { return process_; }

  // The metrics page; empty if it cannot be had.
  std::string Metrics() const;
  // The value of the only sample whose line begins so, like `kyc_calls_open `; -1 if there is none.
  double Metric(const std::string& line_start) const;

 private:
  ChildProcess process_;
  std::vector<uint16_t> grpc_ports_;
  uint16_t webhook_port_ = 0;
  uint16_t admin_port_ = 0;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_GATEWAY_H_
