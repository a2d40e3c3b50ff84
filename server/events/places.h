// Places in the file's tables: where the log begins, ends, and what lies between.
#ifndef SERVER_EVENTS_PLACES_H_
#define SERVER_EVENTS_PLACES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "server/events/cursor.h"
#include "server/events/event_log.h"
#include "server/events/sqlite.h"

namespace kyc::events {

// A place just after an event. All zero or empty: before the first event ever.
struct Place {
  int64_t sequence = 0;
  std::string chain;  // 32 bytes.
  int64_t received_time_us = 0;
};

Position PositionOf(const Place& place);

// The newest event that retention removed.
absl::StatusOr<Place> TrimmedThrough(Database& database);
// The newest event, or where it was when all are trimmed.
absl::StatusOr<Place> NewestPlace(Database& database);
// The newest event with a sequence of at most `sequence`; else as TrimmedThrough.
absl::StatusOr<Place> PlaceAt(Database& database, int64_t sequence);
// The newest event received before `time_us`, which is found by bisection because times never run
// backwards; TrimmedThrough if there is none.
absl::StatusOr<Place> PlaceBefore(Database& database, int64_t time_us);
absl::StatusOr<Ends> EndsOf(Database& database);

// Computes the chain of the newest events (1,000 at most) anew. False: it is not what is stored.
absl::StatusOr<bool> NewestChainHolds(Database& database);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_PLACES_H_
