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

// One run: watchers that stand, notifications that go on, a cut, and what comes after it.
class Run {
 public:
  Run(WatchStage& stage, const WatchPlan& plan, Timeline& timeline)
      : stage_(stage),
        plan_(plan),
        pacer_(stage.posts(), kEventsPerSecond),
        sampler_(timeline, {{"streams that have caught up", [this] { return CaughtUp(); }},
                            {"longest answer to a notification, ms",
                             [this] { return stage_.answers().TakeLongest(); }}}) {}

  void GoOn(double seconds) {
    RunUntil(stage_.poller(), seconds, [this] {
      Turn();
      return false;
    });
  }

  // Cuts all streams, and waits until all have caught up again.
  absl::Status CutAndResume() {
    cut_ = true;
    absl::Status opened =
        stage_.watches().Open(stage_.gateway().grpc_port(), plan_.connections, [this] {
          Turn();
          stage_.poller().Wait(0);
        });
    if (!opened.ok()) return opened;
    const bool back = RunUntil(stage_.poller(), kPatience, [this] {
      Turn();
      return stage_.tally().caught_up == 2 * plan_.watchers;
    });
    return back ? absl::OkStatus() : absl::DeadlineExceededError("not all streams came back");
  }

 private:
  void Turn() {
    pacer_.PostDue();
    sampler_.SampleIfDue();
  }

  // Every stream tells it once at the start and once when it is back.
  double CaughtUp() const {
    return static_cast<double>(cut_ ? stage_.tally().caught_up - plan_.watchers : plan_.watchers);
  }

  WatchStage& stage_;
  const WatchPlan plan_;
  Pacer pacer_;
  Sampler sampler_;
  bool cut_ = false;
};

Row MeasureOnce(const Options& options, const std::string& name, Timeline& timeline) {
  const auto watchers = static_cast<size_t>(options.watchers);
  const WatchPlan plan{.watchers = watchers,
                       .connections = std::max<size_t>(1, watchers / 10),
                       .one_reference_each = true,
                       .posting_connections = kPostingConnections};
  const auto stage = WatchStage::Start(options, plan);
  if (!stage.ok()) return Failed(name, stage.status().ToString());
  const Gateway& gateway = (*stage)->gateway();
  timeline = {.title = name};
  Run run(**stage, plan, timeline);
  run.GoOn(std::min(1.0, options.seconds));

  Meter meter(&gateway, (*stage)->answers());
  const int64_t cut = Now();
  const int64_t cpu = gateway.process().CpuNanoseconds();
  const absl::Status resumed = run.CutAndResume();
  if (!resumed.ok()) return Failed(name, resumed.ToString());
  const double seconds = (Now() - cut) / kSecond;
  const double used = (gateway.process().CpuNanoseconds() - cpu) / 1e3 / watchers;
  run.GoOn(options.seconds);
  Row row = meter.Stop(name);
  row.cpu_microseconds.reset();  // Most of it is the streams', not the notifications'.
  (*stage)->Finish(row);
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
