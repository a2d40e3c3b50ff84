#include "tools/benchmarks/log_servers.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr int64_t kPatience = 60'000'000'000;
constexpr useconds_t kGlance = 20'000;

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

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
  for (const int64_t begin = Now(); Now() - begin < kPatience && process.Runs(); usleep(kGlance)) {
    const std::string ports = PortsIn(Contents(log));
    if (ports.empty()) continue;
    return LogServers(
        std::move(process),
        absl::StrCat("postgres { dsn: \"host=127.0.0.1,127.0.0.1,127.0.0.1 port=", ports,
                     " dbname=postgres user=postgres sslmode=disable\" standby_names: \"s0\" "
                     "standby_names: \"s1\" standby_names: \"s2\" }"));
  }
  return absl::UnavailableError(absl::StrCat("PostgreSQL does not start: ", Contents(log)));
}

}  // namespace kyc::bench
