#include "tools/benchmarks/watch.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/reconnect.h"
#include "tools/benchmarks/slow_readers.h"
#include "tools/benchmarks/watch_stage.h"

namespace kyc::bench {
namespace {

constexpr double kEventsPerSecond = 1000;
constexpr int kPostingConnections = 16;
constexpr size_t kFewWatchers = 10;

// Of few watchers it would be what the first one makes the gateway allocate for all.
void AddMemory(const WatchStage& stage, const WatchPlan& plan, Row& row) {
  constexpr size_t kMany = 1000;
  if (plan.watchers >= kMany) row.extras = {{"KiB a watcher", stage.kibibytes_per_watcher()}};
}

// Every event goes to every watcher; so many events are under way at once.
Row MeasureFanOut(const Options& options, const std::string& name, const WatchPlan& plan,
                  uint64_t in_flight) {
  const auto stage = WatchStage::Start(options, plan);
  if (!stage.ok()) return Failed(name, stage.status().ToString());
  WatchStage& all = **stage;
  Row row = Measure(name, all.poller(), &all.gateway(), all.deliveries(), WindowOf(options), [&] {
    const uint64_t most = in_flight * plan.watchers;
    while (all.DeliveriesDue() + plan.watchers <= all.tally().delivered + most &&
           all.posts().PostOne()) {
    }
  });
  all.Finish(row);
  AddMemory(all, plan, row);
  return row;
}

// Every event goes to one watcher.
Row MeasureReferences(const Options& options, const std::string& name, size_t watchers) {
  const WatchPlan plan{.watchers = watchers,
                       .connections = std::max<size_t>(1, watchers / 10),
                       .one_reference_each = true,
                       .posting_connections = kPostingConnections};
  const auto stage = WatchStage::Start(options, plan);
  if (!stage.ok()) return Failed(name, stage.status().ToString());
  WatchStage& all = **stage;
  Pacer pacer(all.posts(), kEventsPerSecond);
  Window window = WindowOf(options);
  window.turn = 1;
  Row row = Measure(name, all.poller(), &all.gateway(), all.deliveries(), window,
                    [&] { pacer.PostDue(); });
  all.Finish(row);
  AddMemory(all, plan, row);
  return row;
}

void MeasureFanOuts(const Options& options, Suite& suite) {
  const auto few = static_cast<size_t>(options.fan_watchers);
  const auto many = static_cast<size_t>(options.watchers);
  for (const uint64_t in_flight : {8, 1}) {
    for (const WatchPlan& plan :
         {WatchPlan{.watchers = few, .connections = few},
          WatchPlan{.watchers = few, .connections = std::max<size_t>(1, few / 100)},
          WatchPlan{.watchers = many, .connections = std::max<size_t>(1, many / 10)}}) {
      MeasureRow(
          options,
          absl::StrCat(plan.watchers, " streams, ", plan.connections, " connections, ", in_flight,
                       in_flight == 1 ? " event" : " events", " in flight"),
          [&](const std::string& name) { return MeasureFanOut(options, name, plan, in_flight); },
          suite);
    }
  }
}

}  // namespace

Suite RunWatch(const Options& options) {
  Suite suite{.name = "watch", .counts = "deliveries"};
  MeasureFanOuts(options, suite);
  for (const size_t watchers : {kFewWatchers, static_cast<size_t>(options.watchers)}) {
    MeasureRow(
        options, absl::StrCat("1,000 events/s to ", watchers, " watchers of a reference each"),
        [&](const std::string& name) { return MeasureReferences(options, name, watchers); }, suite);
  }
  MeasureReconnect(options, suite);
  MeasureSlowReaders(options, suite);
  return suite;
}

}  // namespace kyc::bench
