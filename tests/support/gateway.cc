#include "tests/support/gateway.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/support/files.h"
#include "tests/support/http.h"

namespace kyc::tests {
namespace {

// Its last line before it serves.
std::string ServingLine(const GatewayFiles& files) {
  const bool is_json = absl::StrContains(ReadFile(files.config_path()), "log_format: \"json\"");
  return is_json ? "\"message\":\"serving\"}\n" : " serving\n";
}

// From the lines `listening webhook=127.0.0.1:0 port=12345`.
std::vector<uint16_t> PortsOf(absl::string_view listener, absl::string_view log) {
  std::vector<uint16_t> ports;
  for (absl::string_view line : absl::StrSplit(log, '\n')) {
    if (!absl::StrContains(line, absl::StrCat("listening ", listener, "="))) continue;
    int port = 0;
    const size_t at = line.find(" port=");
    if (at != line.npos && absl::SimpleAtoi(absl::StripSuffix(line.substr(at + 6), "\"}"), &port)) {
      ports.push_back(static_cast<uint16_t>(port));
    }
  }
  return ports;
}

// 0 if there is none.
uint16_t PortOf(absl::string_view listener, absl::string_view log) {
  const std::vector<uint16_t> ports = PortsOf(listener, log);
  return ports.empty() ? 0 : ports[0];
}

}  // namespace

Gateway::Gateway(const GatewayFiles& files, const GatewayProgram& program)
    : process_(program.path, {"--config", files.config_path()}, program.environment) {
  const bool serves = process_.AwaitError(ServingLine(files));
  const std::string log = process_.StandardError();
  EXPECT_TRUE(serves) << "the gateway did not start; it said:\n" << log;
  grpc_ports_ = PortsOf("grpc", log);
  webhook_port_ = PortOf("webhook", log);
  admin_port_ = PortOf("admin", log);
}

std::string Gateway::Metrics() const { return Get(admin_port_, "/metrics").body; }

double Gateway::Metric(const std::string& line_start) const {
  const std::string page = Metrics();
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, line_start) &&
        absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) {
      return value;
    }
  }
  return -1;
}

}  // namespace kyc::tests
