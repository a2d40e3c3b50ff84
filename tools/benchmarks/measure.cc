#include "tools/benchmarks/measure.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr double kNanoseconds = 1e9;

int64_t GatewayCpu(const Gateway* gateway) {
  return gateway == nullptr ? 0 : gateway->process().CpuNanoseconds();
}

void Tell(const Row& row, int round) {
  absl::FPrintF(stderr, "%s, round %d: %.0f/s", row.name, round, row.per_second);
  if (row.cpu_microseconds) absl::FPrintF(stderr, ", %.2f us of CPU", *row.cpu_microseconds);
  absl::FPrintF(stderr, ", p50 %.3f ms, p99 %.3f ms", row.p50_milliseconds, row.p99_milliseconds);
  if (row.failures > 0) absl::FPrintF(stderr, "; FAILED: %s", row.why);
  absl::FPrintF(stderr, "\n");
}

}  // namespace

GatewayProgram ProgramOf(const Options& options) {
  return {.contestant = options.contestant, .state = absl::StrCat(options.out, "/state")};
}

Window WindowOf(const Options& options) {
  return {.warm = std::min(1.0, options.seconds), .seconds = options.seconds};
}

bool RunUntil(Poller& poller, double seconds, absl::FunctionRef<bool()> done) {
  const int64_t end = Now() + static_cast<int64_t>(seconds * kNanoseconds);
  while (!done()) {
    if (Now() >= end) return false;
    poller.Wait(1);
  }
  return true;
}

Row Measure(const std::string& name, Poller& poller, const Gateway* gateway, Recorder& recorder,
            const Window& window, absl::FunctionRef<void()> on_turn) {
  const auto run = [&](double seconds) {
    const int64_t end = Now() + static_cast<int64_t>(seconds * kNanoseconds);
    while (Now() < end) {
      on_turn();
      poller.Wait(window.turn);
    }
  };
  run(window.warm);
  recorder.Start();
  const int64_t begin = Now();
  const int64_t cpu = GatewayCpu(gateway);
  const int64_t own = NowOf(CLOCK_PROCESS_CPUTIME_ID);
  run(window.seconds);
  recorder.Stop();
  const double calls = std::max<double>(1, recorder.successes());
  Row row;
  row.name = name;
  row.per_second = recorder.successes() / ((Now() - begin) / kNanoseconds);
  row.generator_microseconds = (NowOf(CLOCK_PROCESS_CPUTIME_ID) - own) / 1e3 / calls;
  if (gateway != nullptr) {
    row.cpu_microseconds = (GatewayCpu(gateway) - cpu) / 1e3 / calls;
    row.peak_mebibytes = gateway->process().Mebibytes("VmHWM");
  }
  row.p50_milliseconds = recorder.Milliseconds(0.5);
  row.p99_milliseconds = recorder.Milliseconds(0.99);
  row.longest_milliseconds = recorder.Milliseconds(1);
  row.failures = recorder.failures();
  row.why = recorder.Why();
  if (row.failures == 0 && recorder.successes() == 0) return Failed(name, "nothing succeeded");
  return row;
}

void MeasureRow(const Options& options, const std::string& name,
                absl::FunctionRef<Row(const std::string&)> measure, Suite& suite) {
  if (!options.Wants(name)) return;
  std::vector<Row> rounds;
  for (int round = 1; round <= options.rounds; ++round) {
    rounds.push_back(measure(name));
    Tell(rounds.back(), round);
  }
  suite.rows.push_back(Median(rounds));
}

}  // namespace kyc::bench
