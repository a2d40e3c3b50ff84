#include "tools/benchmarks/slow_readers.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/post_load.h"
#include "tools/benchmarks/timeline.h"
#include "tools/benchmarks/watch_load.h"
#include "tools/benchmarks/watch_stage.h"

namespace kyc::bench {
namespace {

constexpr uint16_t kNoUpstream = 1;
constexpr double kEventsPerSecond = 50;
constexpr double kPatience = 30;
// What a slow reader takes: less than half of what comes.
constexpr int64_t kTakesEvery = 400'000'000;
constexpr size_t kTakesAtOnce = 8192;
// Seconds after which the gateway has ended whoever takes nothing.
constexpr double kSlowAfter = 38;

Watcher::Takes TakesOf(size_t watcher, bool some_are_slow) {
  if (some_are_slow && watcher % 10 == 0) return Watcher::Takes::kNothing;
  if (some_are_slow && watcher % 10 == 1) return Watcher::Takes::kByAndBy;
  return Watcher::Takes::kEverything;
}

// The watchers of one run, and who posts.
class Run {
 public:
  Run(const Options& options, bool some_are_slow, Gateway gateway)
      : options_(options),
        gateway_(std::move(gateway)),
        watchers_(static_cast<size_t>(options.fan_watchers)),
        posts_(poller_, answers_, [this] { return references_++; }),
        watches_(poller_, H2Connection::Reading::kByListener, [](size_t) { return WatchAll(); }) {
    for (size_t i = 0; i < watchers_; ++i) {
      const Watcher::Takes takes = TakesOf(i, some_are_slow);
      fast_ += takes == Watcher::Takes::kEverything;
      stuck_ += takes == Watcher::Takes::kNothing;
      watches_.Add(takes == Watcher::Takes::kEverything ? fast_tally_ : slow_tally_,
                   Watcher::Counts::kSequence, takes);
      if (takes == Watcher::Takes::kByAndBy) by_and_by_.push_back(&watches_.watchers().back());
    }
  }

  absl::Status Open() {
    absl::Status opened =
        watches_.Open(gateway_.grpc_port(), std::max<size_t>(1, watchers_ / 10), [] {});
    if (!opened.ok()) return opened;
    const auto all_stand = [this] {
      return fast_tally_.caught_up + slow_tally_.caught_up == watchers_;
    };
    if (!RunUntil(poller_, kPatience, all_stand)) {
      return absl::DeadlineExceededError("not all streams stand");
    }
    return posts_.Open(gateway_.webhook_port(), 1);
  }

  Row Measure(const std::string& name, double seconds, Timeline& timeline) {
    Pacer pacer(posts_, kEventsPerSecond);
    timeline = {.title = name};
    Sampler sampler(
        timeline,
        {{"longest delivery to those who read, ms", [this] { return deliveries_.TakeLongest(); }},
         {"gateway's memory, MiB", [this] { return gateway_.process().Mebibytes("VmRSS"); }},
         {"streams ended as slow",
          [this] { return static_cast<double>(slow_tally_.ended_as_slow); }}});
    Window window = WindowOf(options_);
    window.seconds = seconds;
    window.turn = 1;
    Row row = bench::Measure(name, poller_, &gateway_, deliveries_, window, [&] {
      pacer.PostDue();
      sampler.SampleIfDue();
      TakeIfDue();
    });
    Judge(seconds, row);
    if (stuck_ > 0) {
      row.extras = {{"ended as slow", static_cast<double>(slow_tally_.ended_as_slow)}};
    }
    return row;
  }

 private:
  void TakeIfDue() {
    if (Now() < next_take_) return;
    next_take_ = Now() + kTakesEvery;
    for (Watcher* watcher : by_and_by_) watcher->Take(kTakesAtOnce);
  }

  void Judge(double seconds, Row& row) {
    const auto all_came = [this] { return fast_tally_.delivered == posts_.posted() * fast_; };
    if (!RunUntil(poller_, kPatience, all_came)) {
      deliveries_.Failed("not everything came to those who read");
    }
    if (stuck_ > 0 && seconds > kSlowAfter && slow_tally_.ended_as_slow != stuck_) {
      deliveries_.Failed("one that takes nothing was not ended");
    }
    if (watches_.lost_connections() > 0) deliveries_.Failed("connection lost");
    for (const Recorder* recorder : {&deliveries_, &slow_deliveries_, &answers_}) {
      if (recorder->failures() == 0) continue;
      row.failures += recorder->failures();
      row.why = recorder->Why();
    }
  }

  const Options& options_;
  const Gateway gateway_;
  const size_t watchers_;
  size_t fast_ = 0;
  size_t stuck_ = 0;
  Poller poller_;
  Recorder deliveries_, slow_deliveries_, answers_;
  uint64_t references_ = 0;
  PostLoad posts_;
  WatchTally fast_tally_{deliveries_}, slow_tally_{slow_deliveries_};
  WatchLoad watches_;
  std::vector<Watcher*> by_and_by_;
  int64_t next_take_ = 0;
};

Row MeasureOnce(const Options& options, const std::string& name, bool some_are_slow,
                Timeline& timeline) {
  absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), kNoUpstream);
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Run run(options, some_are_slow, *std::move(gateway));
  if (absl::Status opened = run.Open(); !opened.ok()) return Failed(name, opened.ToString());
  return run.Measure(name, some_are_slow ? options.slow_consumer_seconds : options.seconds,
                     timeline);
}

}  // namespace

void MeasureSlowReaders(const Options& options, Suite& suite) {
  const std::string name = absl::StrCat("50 events/s to ", options.fan_watchers, " watchers, ");
  Timeline timeline;
  MeasureRow(
      options, absl::StrCat(name, "all read"),
      [&](const std::string& row) { return MeasureOnce(options, row, false, timeline); }, suite);
  // Once: a reader may take nothing for half a minute before it is ended.
  Options once = options;
  once.rounds = 1;
  const size_t rows = suite.rows.size();
  MeasureRow(
      once, absl::StrCat(name, "some slow, some stuck"),
      [&](const std::string& row) { return MeasureOnce(once, row, true, timeline); }, suite);
  if (suite.rows.size() > rows) suite.timelines.push_back(timeline);
}

}  // namespace kyc::bench
