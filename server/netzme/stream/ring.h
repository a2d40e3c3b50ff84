// The newest events of the log, ready to be sent.
#ifndef SERVER_NETZME_STREAM_RING_H_
#define SERVER_NETZME_STREAM_RING_H_

#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <deque>

#include "server/events/event_log.h"
#include "server/netzme/stream/filter.h"

namespace kyc::netzme {

// An event, serialized once for each view.
struct RingEntry {
  events::Position position;
  EventKey key;
  grpc::Slice basic;
  grpc::Slice full;

  const grpc::Slice& entry(::netzme::v1::View view) const {
    return view == ::netzme::v1::VIEW_FULL ? full : basic;
  }
};

// Holds every event of the log after floor() and up to newest(), oldest first, and nothing is
// missing between: that is what lets a stream that has taken all of it jump to where it grows. Not
// thread-safe.
class Ring {
 public:
  // Begins empty, at the log's newest position.
  Ring(events::Position newest, size_t max_events, size_t max_bytes);

  // `event` comes after newest(). Drops the oldest ones beyond the limits. One that is not the very
  // next is not held: the ring begins anew after it.
  void Append(const events::Event& event);
  // Begins anew, empty, at `newest`, for nobody is there to be sent what lies before.
  void BeginAt(events::Position newest);

  events::Position floor() const { return floor_; }
  events::Position newest() const { return newest_; }
  // Index of the first entry after `sequence`, size() if there is none.
  size_t FirstAfter(int64_t sequence) const;
  size_t size() const { return entries_.size(); }
  const RingEntry& operator[](size_t index) const { return entries_[index]; }

 private:
  const size_t max_events_;
  const size_t max_bytes_;
  events::Position floor_;
  events::Position newest_;
  std::deque<RingEntry> entries_;
  size_t bytes_ = 0;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_RING_H_
