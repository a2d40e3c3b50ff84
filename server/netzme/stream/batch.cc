#include "server/netzme/stream/batch.h"

#include <algorithm>
#include <utility>

#include "server/netzme/stream/stream_message.h"

namespace kyc::netzme {
namespace {

constexpr int64_t kMaxEvents = 64;
constexpr size_t kMaxBytes = 64 << 10;

}  // namespace

Batch::Batch(events::Position after, int64_t max_events)
    : max_events_(static_cast<size_t>(std::min(max_events, kMaxEvents))), through_(after) {}

bool Batch::Take(const grpc::Slice& entry, events::Position position) {
  if (entries_.size() == max_events_) return false;
  if (!entries_.empty() && bytes_ + entry.size() > kMaxBytes) return false;
  bytes_ += entry.size();
  entries_.push_back(entry);
  through_ = position;
  return true;
}

Batch TakeFromRing(const Ring& ring, const Span& span, const WatchQuery& query) {
  Batch batch(span.after, span.max_events);
  for (size_t i = ring.FirstAfter(span.after.sequence); i < ring.size(); ++i) {
    const RingEntry& next = ring[i];
    if (next.position.sequence > span.until.sequence) {
      batch.Pass(span.until);
      break;
    }
    if (!query.Matches(next.key)) {
      batch.Pass(next.position);
    } else if (!batch.Take(next.entry(query.view), next.position)) {
      break;
    }
  }
  return batch;
}

absl::StatusOr<Batch> TakeFromLog(const events::EventLog& log, const Span& span,
                                  const WatchQuery& query) {
  const int limit = static_cast<int>(std::min(span.max_events, kMaxEvents));
  absl::StatusOr<events::Page> page = log.ReadAfter(span.after, limit, query.filter.proto());
  if (!page.ok()) return page.status();
  Batch batch(span.after, span.max_events);
  for (const events::Event& next : page->events) {
    if (next.position.sequence > span.until.sequence) break;
    if (!query.Matches(KeyOf(next.event))) {
      batch.Pass(next.position);
    } else if (!batch.Take(EventEntry(next.event, query.view), next.position)) {
      return batch;
    }
  }
  batch.Pass(page->through.sequence > span.until.sequence ? span.until : page->through);
  return batch;
}

}  // namespace kyc::netzme
