#include "tools/benchmarks/slow.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/call_load.h"
#include "tools/benchmarks/deadline_load.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/upstream.h"

namespace kyc::bench {
namespace {

constexpr size_t kImage = 100;
constexpr double kNanoseconds = 1e9;
constexpr int kMostConnections = 100;
constexpr double kPatience = 10;

int Connections(const Options& options) {
  return std::min(kMostConnections, options.waiting_calls);
}

Row MeasureLate(const Options& options, const std::string& name) {
  LivenessCall call = MakeLivenessCall(kImage);
  call.upstream.delay_nanoseconds = static_cast<int64_t>(options.upstream_delay * kNanoseconds);
  const absl::StatusOr<Upstream> upstream = Upstream::Start(call.upstream);
  if (!upstream.ok()) return Failed(name, upstream.status().ToString());
  const absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), upstream->port());
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Poller poller;
  Recorder recorder;
  CallLoad load(poller, call, recorder);
  const int connections = Connections(options);
  const absl::Status started =
      load.Start(gateway->grpc_port(), connections, options.waiting_calls / connections);
  if (!started.ok()) return Failed(name, started.ToString());
  // All begin at once and come back at once: two such waves count, the first one does not.
  const Window window{.warm = 1.5 * options.upstream_delay, .seconds = 2 * options.upstream_delay};
  Row row = Measure(name, poller, &*gateway, recorder, window, [] {});
  row.extras = {
      {"p99 behind the upstream ms", row.p99_milliseconds - options.upstream_delay * 1e3}};
  return row;
}

Row MeasureDeadlines(const Options& options, const std::string& name) {
  LivenessCall call = MakeLivenessCall(kImage);
  call.upstream.stalls = true;
  const absl::StatusOr<Upstream> upstream = Upstream::Start(call.upstream);
  if (!upstream.ok()) return Failed(name, upstream.status().ToString());
  const absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), upstream->port());
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Poller poller;
  Recorder recorder;
  DeadlineLoad load(poller, call, recorder, options.upstream_delay);
  const absl::Status opened =
      load.Open(gateway->grpc_port(), Connections(options), options.waiting_calls);
  if (!opened.ok()) return Failed(name, opened.ToString());
  Meter meter(&*gateway, recorder);
  const bool all_ended = RunUntil(poller, 2 * options.upstream_delay + kPatience, [&] {
    load.CallDue();
    return load.AllEnded();
  });
  if (!all_ended) recorder.Failed("a call did not end");
  Row row = meter.Stop(name);
  row.extras = {{"earliest before its deadline ms", load.earliest_milliseconds()}};
  return row;
}

}  // namespace

Suite RunSlow(const Options& options) {
  Suite suite{.name = "slow", .counts = "calls"};
  const std::string calls = absl::StrCat(options.waiting_calls, " calls, ");
  MeasureRow(
      options, absl::StrCat(calls, "answered after ", options.upstream_delay, " s"),
      [&](const std::string& name) { return MeasureLate(options, name); }, suite);
  MeasureRow(
      options, absl::StrCat(calls, "never answered: behind their deadline"),
      [&](const std::string& name) { return MeasureDeadlines(options, name); }, suite);
  return suite;
}

}  // namespace kyc::bench
