#include "tools/benchmarks/gateway.h"

#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// The ports in the lines `listening NAME=127.0.0.1:0 port=12345`; 0 where there is none.
std::array<uint16_t, 2> PortsOf(absl::string_view name, absl::string_view log) {
  std::array<uint16_t, 2> ports = {};
  size_t found = 0;
  for (absl::string_view line : absl::StrSplit(log, '\n')) {
    constexpr absl::string_view kPort = " port=";
    const size_t at = line.find(kPort.data(), 0, kPort.size());
    int port = 0;
    if (absl::StrContains(line, absl::StrCat("listening ", name, "=")) &&
        at != absl::string_view::npos && absl::SimpleAtoi(line.substr(at + kPort.size()), &port)) {
      if (found < ports.size()) ports[found++] = static_cast<uint16_t>(port);
    }
  }
  return ports;
}

}  // namespace

absl::StatusOr<Gateway> Gateway::Start(const GatewayProgram& program, uint16_t upstream) {
  std::filesystem::remove_all(program.state);
  std::filesystem::create_directories(program.state);
  const std::string log = absl::StrCat(program.state, "/log");
  std::vector<std::string> command = {program.contestant, program.state, "0", "0",
                                      absl::StrCat(upstream)};
  if (!program.engine.empty() || program.tls) command.push_back(program.engine);
  if (program.tls) command.push_back("tls");
  Child process = Child::Run(command, log);
  const absl::StatusOr<std::string> said = process.AwaitSaid(
      log, kPatience, [](absl::string_view text) { return absl::StrContains(text, " serving\n"); });
  if (!said.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the gateway does not start: ", said.status().message()));
  }
  Gateway gateway(std::move(process));
  const std::array<uint16_t, 2> grpc = PortsOf("grpc", *said);
  gateway.grpc_port_ = grpc[0];
  gateway.tls_port_ = grpc[1];
  gateway.webhook_port_ = PortsOf("webhook", *said)[0];
  return gateway;
}

}  // namespace kyc::bench
