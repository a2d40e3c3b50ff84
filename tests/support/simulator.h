// The simulator of the three upstreams as a child process.
#ifndef TESTS_SUPPORT_SIMULATOR_H_
#define TESTS_SUPPORT_SIMULATOR_H_

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace kyc::tests {

// Knows the credentials of one account of GatewayFiles.
class Simulator {
 public:
  enum class Account { kFirst, kSecond };

  // Returns when it listens; a test failure and port 0 if it never does. `more` are further flags.
  explicit Simulator(Account account = Account::kFirst, std::vector<std::string> more = {});

  uint16_t port() const { return port_; }
  std::string finpay_url() const;
  std::string widekyc_url() const;
  const ChildProcess& process() const { return process_; }

  // What arrived with this reference (of any, if empty), newest first, as /sim/last tells it.
  boost::json::array Received(const std::string& reference = "") const;
  // The only one of these; a test failure and an empty object if there is another number.
  boost::json::object ReceivedOnce(const std::string& reference) const;
  // How many whole requests arrived with this reference (of any, if empty).
  int64_t Count(const std::string& reference = "") const;
  // Waits until the gateway's machine knows that the connection on which this arrived is closed;
  // false if patience ends first.
  bool AwaitClosed(const boost::json::object& received) const;

 private:
  const std::string folder_;
  ChildProcess process_;
  uint16_t port_ = 0;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_SIMULATOR_H_
