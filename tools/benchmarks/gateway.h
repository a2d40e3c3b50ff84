// The shipped gateway on state of its own.
#ifndef TOOLS_BENCHMARKS_GATEWAY_H_
#define TOOLS_BENCHMARKS_GATEWAY_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/benchmarks/child.h"

namespace kyc::bench {

// What `contestant` configures.
inline constexpr char kCallbackTokenHeader[] = "x-callback-token: peers-token\r\n";
inline constexpr char kCallerToken[] = "Bearer 0123456789abcdef0123456789abcdef";
inline constexpr char kNotifyPath[] = "/v1.0/snap/account/upgrade/notify";

struct GatewayProgram {
  std::string contestant;   // The script that makes state and becomes the gateway.
  std::string state;        // A folder for that state, on the disk that is measured.
  std::string engine = {};  // Of event_log. Empty: SQLite.
  bool tls = false;         // Beside the listener in plaintext there is one with TLS.
};

// Serves while it lives.
class Gateway {
 public:
  // On a folder that is emptied first. `upstream` is the port of all upstreams.
  static absl::StatusOr<Gateway> Start(const GatewayProgram& program, uint16_t upstream);

  uint16_t grpc_port() const { return grpc_port_; }
  uint16_t tls_port() const { return tls_port_; }  // 0 without.
  uint16_t webhook_port() const { return webhook_port_; }
  const Child& process() const { return process_; }

 private:
  explicit Gateway(Child process) : process_(std::move(process)) {}

  Child process_;
  uint16_t grpc_port_ = 0;
  uint16_t tls_port_ = 0;
  uint16_t webhook_port_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_GATEWAY_H_
