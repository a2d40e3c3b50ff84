// A folder with everything that a gateway needs: secrets, configuration, event log.
#ifndef TESTS_SUPPORT_GATEWAY_FILES_H_
#define TESTS_SUPPORT_GATEWAY_FILES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::tests {

// What differs from the usual configuration: every text is put into its block as it stands.
struct GatewayOptions {
  std::string finpay_url = {};   // Empty: there is no such block.
  std::string widekyc_url = {};  // Empty: there is no such block.
  std::string grpc = {};
  std::string finpay_upstream = {};
  std::string widekyc_upstream = {};
  std::string webhook = {};
  std::string admin = {};
  std::string event_log = {};
  std::string log_engine = R"(sqlite { path: "events.db" })";  // Of event_log.
  std::string callers = R"(callers { name: "local" loopback: true })";
  std::string more = {};         // At the top.
  bool second_accounts = false;  // Each upstream has "first" and "second" instead of "first".
};

// Secret files named as the configuration names them, their contents from planted.h.
class GatewayFiles {
 public:
  GatewayFiles();

  // Writes the configuration: every listener on 127.0.0.1, port 0.
  void Configure(const GatewayOptions& options);
  // Writes this configuration.
  void ConfigureText(absl::string_view text);

  // The path of one of the files.
  std::string path(absl::string_view name) const;
  std::string config_path() const { return path("config.textproto"); }

 private:
  const std::string folder_;
};

// The text that Configure writes.
std::string ConfigText(const GatewayOptions& options);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_GATEWAY_FILES_H_
