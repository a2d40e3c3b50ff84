// What every row about watchers needs: a gateway, who posts to it, and who watches it.
#ifndef TOOLS_BENCHMARKS_WATCH_STAGE_H_
#define TOOLS_BENCHMARKS_WATCH_STAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/options.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/post_load.h"
#include "tools/benchmarks/recorder.h"
#include "tools/benchmarks/row.h"
#include "tools/benchmarks/watch_load.h"
#include "tools/benchmarks/watcher.h"

namespace kyc::bench {

struct WatchPlan {
  size_t watchers = 0;
  size_t connections = 0;
  bool one_reference_each = false;  // Else each watches everything.
  int posting_connections = 1;
};

// Single-threaded.
class WatchStage {
 public:
  // Starts gateway and watchers, and waits until all streams stand.
  static absl::StatusOr<std::unique_ptr<WatchStage>> Start(const Options& options,
                                                           const WatchPlan& plan);

  // Waits until everything that was posted has come to everyone; then adds to the row what went
  // wrong meanwhile.
  void Finish(Row& row);
  // How many deliveries everything posted so far will be.
  uint64_t DeliveriesDue() const;

  const Gateway& gateway() const { return gateway_; }
  Poller& poller() { return poller_; }
  Recorder& deliveries() { return deliveries_; }
  Recorder& answers() { return answers_; }
  PostLoad& posts() { return posts_; }
  WatchLoad& watches() { return watches_; }
  const WatchTally& tally() const { return tally_; }
  double kibibytes_per_watcher() const { return kibibytes_per_watcher_; }

 private:
  WatchStage(Gateway gateway, const WatchPlan& plan);
  absl::Status Open();

  const WatchPlan plan_;
  Gateway gateway_;
  Poller poller_;
  Recorder deliveries_, answers_;
  uint64_t references_ = 0;
  PostLoad posts_;
  WatchTally tally_;
  WatchLoad watches_;
  double kibibytes_per_watcher_ = 0;
};

// Posts so many notifications a second.
class Pacer {
 public:
  Pacer(PostLoad& posts, double per_second);
  // Posts those whose time has come, as far as connections are idle.
  void PostDue();

 private:
  PostLoad& posts_;
  const double per_second_;
  const int64_t begin_;
  uint64_t posted_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WATCH_STAGE_H_
