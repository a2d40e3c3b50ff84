#include "tools/benchmarks/reconnect.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/timeline.h"
#include "tools/benchmarks/watch_stage.h"

namespace kyc::bench {
namespace {

constexpr double kEventsPerSecond = 200;
constexpr int kPostingConnections = 16;
constexpr double kPatience = 60;
constexpr double kSecond = 1e9;

Row MeasureOnce(const Options& options, const std::string& name, Timeline& timeline) {
  const auto watchers = static_cast<size_t>(options.watchers);
  const WatchPlan plan{.watchers = watchers,
                       .connections = std::max<size_t>(1, watchers / 10),
                       .one_reference_each = true,
                       .posting_connections = kPostingConnections};
  const auto stage = WatchStage::Start(options, plan);
  if (!stage.ok()) return Failed(name, stage.status().ToString());
  WatchStage& all = **stage;
  Pacer pacer(all.posts(), kEventsPerSecond);
  int64_t cut = 0;
  timeline = {.title = name};
  const auto caught_up = [&] {
    // Every stream tells it once at the start and once when it is back.
    const size_t since = all.tally().caught_up - watchers;
    return static_cast<double>(cut == 0 ? watchers : since);
  };
  Sampler sampler(timeline, {{"streams that have caught up", caught_up},
                             {"longest answer to a notification, ms",
                              [&] { return all.answers().TakeLongest(); }}});
  const auto turn = [&] {
    pacer.PostDue();
    sampler.SampleIfDue();
    return false;
  };
  RunUntil(all.poller(), std::min(1.0, options.seconds), turn);

  Meter meter(&all.gateway(), all.answers());
  cut = Now();
  const int64_t cpu = all.gateway().process().CpuNanoseconds();
  const auto go_on = [&] {
    turn();
    all.poller().Wait(0);
  };
  const absl::Status opened =
      all.watches().Open(all.gateway().grpc_port(), plan.connections, go_on);
  if (!opened.ok()) return Failed(name, opened.ToString());
  const bool back = RunUntil(all.poller(), kPatience, [&] {
    turn();
    return all.tally().caught_up == 2 * watchers;
  });
  if (!back) all.deliveries().Failed("not all streams came back");
  const double seconds = (Now() - cut) / kSecond;
  const double used = (all.gateway().process().CpuNanoseconds() - cpu) / 1e3 / watchers;
  RunUntil(all.poller(), options.seconds, turn);
  Row row = meter.Stop(name);
  row.cpu_microseconds.reset();  // Most of it is the streams', not the notifications'.
  all.Finish(row);
  row.extras = {{"all back after s", seconds}, {"CPU us for each to come back", used}};
  return row;
}

}  // namespace

void MeasureReconnect(const Options& options, Suite& suite) {
  Timeline timeline;
  const size_t rows = suite.rows.size();
  MeasureRow(
      options, absl::StrCat("notifications while ", options.watchers, " watchers come back"),
      [&](const std::string& name) { return MeasureOnce(options, name, timeline); }, suite);
  if (suite.rows.size() > rows) suite.timelines.push_back(timeline);
}

}  // namespace kyc::bench
