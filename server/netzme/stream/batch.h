// What one message of events will bring, taken from the ring or from the log.
#ifndef SERVER_NETZME_STREAM_BATCH_H_
#define SERVER_NETZME_STREAM_BATCH_H_

#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/netzme/stream/filter.h"
#include "server/netzme/stream/ring.h"

namespace kyc::netzme {

// What a stream wants to see. Immutable; shared with the reads that run on the pool.
struct WatchQuery {
  Filter filter;
  ::netzme::v1::View view = ::netzme::v1::VIEW_BASIC;
  absl::Time since = absl::InfinitePast();

  bool Matches(const EventKey& key) const {
    return key.received_time >= since && filter.Matches(key);
  }
  bool MatchesEverything() const {
    return since == absl::InfinitePast() && filter.MatchesEverything();
  }
};

// Which part of the log to take: after `after`, up to `until`, at most `max_events`.
struct Span {
  events::Position after;
  events::Position until = {std::numeric_limits<int64_t>::max(), 0};
  int64_t max_events = std::numeric_limits<int64_t>::max();
};

// At most 64 events or 64 KiB of them; one larger event is taken alone.
class Batch {
 public:
  Batch(events::Position after, int64_t max_events);

  // Takes the next matching event; false, and nothing is taken, when there is no room.
  bool Take(const grpc::Slice& entry, events::Position position);
  // Nothing else matches up to here.
  void Pass(events::Position position) { through_ = position; }

  const std::vector<grpc::Slice>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  // Everything matching up to here is in this batch or was before it.
  events::Position through() const { return through_; }

 private:
  const size_t max_events_;
  events::Position through_;
  std::vector<grpc::Slice> entries_;
  size_t bytes_ = 0;
};

// `span.after` must not lie before the ring's floor. Does not block.
Batch TakeFromRing(const Ring& ring, const Span& span, const WatchQuery& query);

// Blocks. Errors: EventLog::ReadAfter's.
absl::StatusOr<Batch> TakeFromLog(const events::EventLog& log, const Span& span,
                                  const WatchQuery& query);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_BATCH_H_
