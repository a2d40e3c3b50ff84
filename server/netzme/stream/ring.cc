#include "server/netzme/stream/ring.h"

#include <algorithm>
#include <utility>

#include "server/netzme/stream/stream_message.h"

namespace kyc::netzme {
namespace {

size_t BytesOf(const RingEntry& entry) { return entry.basic.size() + entry.full.size(); }

}  // namespace

Ring::Ring(events::Position newest, size_t max_events, size_t max_bytes)
    : max_events_(max_events), max_bytes_(max_bytes), floor_(newest), newest_(newest) {}

void Ring::Append(const events::Event& event) {
  if (event.position.sequence != newest_.sequence + 1) return BeginAt(event.position);
  RingEntry entry{event.position, KeyOf(event.event),
                  EventEntry(event.event, ::netzme::v1::VIEW_BASIC),
                  EventEntry(event.event, ::netzme::v1::VIEW_FULL)};
  bytes_ += BytesOf(entry);
  newest_ = entry.position;
  entries_.push_back(std::move(entry));
  while (entries_.size() > max_events_ || (bytes_ > max_bytes_ && !entries_.empty())) {
    floor_ = entries_.front().position;
    bytes_ -= BytesOf(entries_.front());
    entries_.pop_front();
  }
}

void Ring::BeginAt(events::Position newest) {
  entries_.clear();
  bytes_ = 0;
  floor_ = newest;
  newest_ = newest;
}

size_t Ring::FirstAfter(int64_t sequence) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), sequence,
      [](int64_t value, const RingEntry& entry) { return value < entry.position.sequence; });
  return static_cast<size_t>(after - entries_.begin());
}

}  // namespace kyc::netzme
