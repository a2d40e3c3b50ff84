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
constexpr double kPatience = 10;  // Seconds.

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

Meter::Meter(const Gateway* gateway, Recorder& recorder)
    : gateway_(gateway),
      recorder_(recorder),
      begin_(Now()),
      gateway_cpu_(GatewayCpu(gateway)),
      own_cpu_(NowOf(CLOCK_PROCESS_CPUTIME_ID)) {
  recorder_.Start();
}

Row Meter::Stop(const std::string& name) {
  recorder_.Stop();
  const double calls = std::max<double>(1, recorder_.successes());
  Row row;
  row.name = name;
  row.per_second = recorder_.successes() / ((Now() - begin_) / kNanoseconds);
  row.generator_microseconds = (NowOf(CLOCK_PROCESS_CPUTIME_ID) - own_cpu_) / 1e3 / calls;
  if (gateway_ != nullptr) {
    row.cpu_microseconds = (GatewayCpu(gateway_) - gateway_cpu_) / 1e3 / calls;
    row.peak_mebibytes = gateway_->process().Mebibytes("VmHWM");
  }
  row.p50_milliseconds = recorder_.Milliseconds(0.5);
  row.p99_milliseconds = recorder_.Milliseconds(0.99);
  row.longest_milliseconds = recorder_.Milliseconds(1);
  row.failures = recorder_.failures();
  row.why = recorder_.Why();
  if (row.failures == 0 && recorder_.successes() == 0) return Failed(name, "nothing succeeded");
  return row;
}

Row Measure(const std::string& name, Poller& poller, const Gateway* gateway, Recorder& recorder,
            const Window& window, absl::FunctionRef<void()> on_turn) {
  const auto turn = [&] {
    on_turn();
    poller.Wait(window.turn);
  };
  const auto run = [&](double seconds) {
    for (const int64_t begin = Now(); Now() - begin < seconds * kNanoseconds;) turn();
  };
  run(window.warm);
  Meter meter(gateway, recorder);
  run(window.seconds);
  // A machine may be so busy that a short window sees no end of a call at all.
  for (const int64_t begin = Now();
       recorder.successes() == 0 && Now() - begin < kPatience * kNanoseconds;) {
    turn();
  }
  return meter.Stop(name);
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
