// Tells the streams that the log grew, and keeps its newest events ready for them.
#ifndef SERVER_NETZME_STREAM_HUB_H_
#define SERVER_NETZME_STREAM_HUB_H_

#include <grpcpp/support/slice.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/netzme/stream/common_messages.h"
#include "server/netzme/stream/filter.h"
#include "server/netzme/stream/ring.h"
#include "server/netzme/stream/standing.h"
#include "server/rpc/loop.h"

namespace kyc::netzme {

// What is waited by, and what events tell their arrival by.
struct Clocks {
  std::function<absl::Time()> steady;
  std::function<absl::Time()> wall;
};

// How much the hub keeps. Both views of an event count.
struct RingLimits {
  size_t events = 1024;
  size_t bytes = 64 << 20;
};

// Somebody who wants to know when the log grew. Loop thread only.
class Watcher {
 public:
  virtual ~Watcher() = default;

  // Events were committed after `before`, and none between the last call and `before` could be for
  // this watcher. May write to and finish its stream, must not remove a watcher before it returns.
  virtual void OnGrew(events::Position before) = 0;
  // Events up to sequence `through` are about to be removed from the log. The same rules.
  virtual void OnTrimming(int64_t through) = 0;
  // The log lacks what was shown of it. The same rules.
  virtual void OnLost(const absl::Status& why) = 0;

  // Whose it is, and how many events of the log up to `newest` it has yet to come by: 0 where it
  // has had all that there is for it.
  virtual const std::string& caller() const = 0;
  virtual int64_t behind(events::Position newest) const = 0;
};

// Lives on the loop's thread: made before the log's first append, destroyed on that thread or after
// the loop has ended. A commit costs time for the watchers that it may concern only: those who name
// references are asked for their own alone; while there are none at all, the ring stays empty. It
// holds no events for anybody.
//
// A round tells everybody. What came during a round waits after its end as long as it took, at most
// 5 ms, for more to share the next one: then streams take several events in one write, and half of
// the loop's time is left to others. What comes later, and to few watchers, waits for nothing.
class Hub {
 public:
  // Log and loop outlive the hub.
  Hub(events::EventLog& log, rpc::Loop& loop, Clocks clocks, RingLimits limits);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  // Until Remove, `watcher` is told; `filter` must stay as long.
  void Add(Watcher* watcher, const Filter& filter);
  void Remove(Watcher* watcher, const Filter& filter);

  // How all that are told stand, in the order of their callers' names.
  std::vector<Standing> Standings() const;

  const Ring& ring() const { return ring_; }
  // The newest position known: the log's, or the ring's where that was told of more.
  events::Position newest() const;
  // WatchUpgradesResponse.cursor of a position; the last one is kept, as many streams are at the
  // same place.
  const grpc::Slice& CursorField(events::Position position);
  // What streams that see every event were sent from the ring as it is.
  CommonMessages& common() { return common_; }

 private:
  using Watchers = std::vector<Watcher*>;
  using Committed = std::shared_ptr<const std::vector<events::Event>>;

  void OnCommitted(Committed events);
  void OnTrimming(int64_t through);
  void OnLost(const absl::Status& why);
  // What the ring and the common messages hold is no longer what the log has.
  void OnRewritten();
  // Calls `each` with each watcher; one that names several references is told as often.
  template <typename Each>
  void TellAll(Each each);
  // Takes what waits into the ring and tells the watchers.
  void Round();
  void TellOfWaiting();
  static void Tell(const Watchers& watchers, events::Position before);

  events::EventLog& log_;
  rpc::Loop& loop_;
  const Clocks clocks_;
  // Committed since the last round.
  std::vector<Committed> waiting_;
  absl::Time round_ended_ = absl::InfinitePast();
  // The same by the wall clock: when that is set, an event waits once for a pause or for none.
  absl::Time round_ended_on_wall_ = absl::InfinitePast();
  absl::Duration pause_;
  rpc::Loop::TimerId next_round_ = 0;
  // Watchers of certain references, and all others.
  absl::flat_hash_map<std::string, Watchers> by_reference_;
  Watchers others_;
  events::Position cursor_position_;
  grpc::Slice cursor_field_;
  CommonMessages common_;
  // Gone with the hub: what the log still tells is then nobody's.
  std::shared_ptr<Hub*> self_ = std::make_shared<Hub*>(this);
  Ring ring_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_HUB_H_
