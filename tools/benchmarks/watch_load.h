// Many watchers on some connections.
#ifndef TOOLS_BENCHMARKS_WATCH_LOAD_H_
#define TOOLS_BENCHMARKS_WATCH_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "tools/benchmarks/h2_connection.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/watcher.h"

namespace kyc::bench {

// Single-threaded; poller and tallies outlive it.
class WatchLoad {
 public:
  using RequestOf = std::function<::netzme::v1::WatchUpgradesRequest(size_t watcher)>;

  WatchLoad(Poller& poller, H2Connection::Reading reading, RequestOf request_of);

  // The next watcher.
  void Add(WatchTally& tally, Watcher::Counts counts, Watcher::Takes takes);
  // Opens all streams, evenly on so many connections; those of before are cut. After each
  // connection it lets go on whatever else does. Only outside of Poller::Wait.
  absl::Status Open(uint16_t port, size_t connections, absl::FunctionRef<void()> go_on);

  size_t size() const { return watchers_.size(); }
  std::deque<Watcher>& watchers() { return watchers_; }
  size_t lost_connections() const { return lost_; }

 private:
  Poller& poller_;
  const H2Connection::Reading reading_;
  const RequestOf request_of_;
  std::deque<Watcher> watchers_;
  std::vector<std::unique_ptr<H2Connection>> connections_;
  size_t lost_ = 0;
};

// Watches everything from now on.
::netzme::v1::WatchUpgradesRequest WatchAll();
// Watches one of Notification's references.
::netzme::v1::WatchUpgradesRequest WatchReference(uint64_t reference);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WATCH_LOAD_H_
