#include "tools/benchmarks/log_servers.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kyc::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

// Of the line `serving PORT,PORT,PORT`; empty until it is there.
std::string PortsIn(absl::string_view said) {
  constexpr absl::string_view kServing = "serving ";
  const size_t at = said.rfind(kServing.data(), said.npos, kServing.size());
  if (at == said.npos || !absl::EndsWith(said, "\n")) return "";
  return std::string(absl::StripSuffix(said.substr(at + kServing.size()), "\n"));
}

}  // namespace

absl::StatusOr<LogServers> LogServers::Start(const std::string& script, const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string log = absl::StrCat(folder, "/log");
  Child process = Child::Run({script, folder}, log);
  const absl::StatusOr<std::string> said = process.AwaitSaid(
      log, kPatience, [](absl::string_view text) { return !PortsIn(text).empty(); });
  if (!said.ok()) {
    return absl::UnavailableError(
        absl::StrCat("PostgreSQL does not start: ", said.status().message()));
  }
  return LogServers(
      std::move(process),
      absl::StrCat("postgres { dsn: \"host=127.0.0.1,127.0.0.1,127.0.0.1 port=", PortsIn(*said),
                   " dbname=postgres user=postgres sslmode=disable\" standby_names: \"s0\" "
                   "standby_names: \"s1\" standby_names: \"s2\" }"));
}

}  // namespace kyc::bench
