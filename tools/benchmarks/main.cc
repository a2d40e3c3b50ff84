// The benchmarks' program: `bench --help` says how to call it; tools/bench does.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/calls.h"
#include "tools/benchmarks/chart.h"
#include "tools/benchmarks/encoders.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/options.h"
#include "tools/benchmarks/report.h"
#include "tools/benchmarks/row.h"
#include "tools/benchmarks/slow.h"
#include "tools/benchmarks/tls.h"
#include "tools/benchmarks/watch.h"
#include "tools/benchmarks/webhook.h"

namespace kyc::bench {
namespace {

// Ten thousand watchers need as many sockets here, and as many calls so many in the gateway.
void AllowManyFiles() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

Suite Run(const std::string& suite, const Options& options) {
  if (suite == "calls") return RunCalls(options);
  if (suite == "tls") return RunTls(options);
  if (suite == "slow") return RunSlow(options);
  if (suite == "base64") return RunBase64(options);
  if (suite == "watch") return RunWatch(options);
  if (suite == "postgres") return RunPostgres(options);
  return RunWebhook(options);
}

// False if a row is disqualified, or there is none.
bool AllGood(const std::vector<Suite>& suites) {
  size_t rows = 0;
  for (const Suite& suite : suites) {
    for (const Row& row : suite.rows) {
      if (row.failures > 0) return false;
      ++rows;
    }
  }
  return rows > 0;
}

int Main(const std::vector<std::string>& arguments) {
  const absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) {
    std::cerr << options.status().message();
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  AllowManyFiles();
  std::filesystem::create_directories(options->out);
  const Machine machine = ThisMachine();
  std::vector<Suite> suites;
  for (const std::string& name : options->suites) {
    suites.push_back(Run(name, *options));
    std::cout << "\n" << Table(suites.back()) << std::endl;
    std::ofstream(absl::StrCat(options->out, "/", name, ".svg"))
        << Chart(suites.back(), Words(machine));
  }
  std::ofstream(absl::StrCat(options->out, "/bench.json")) << Json(machine, suites);
  std::filesystem::remove_all(ProgramOf(*options).state);
  std::cout << Words(machine) << ". Results: " << options->out << std::endl;
  return AllGood(suites) ? 0 : 1;
}

}  // namespace
}  // namespace kyc::bench

int main(int argc, char** argv) { return kyc::bench::Main({argv + 1, argv + argc}); }
