// Places in the file's tables: where the log begins, ends, and what lies between.
#ifndef SERVER_EVENTS_SQLITE_PLACES_H_
#define SERVER_EVENTS_SQLITE_PLACES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "server/events/event_log.h"
#include "server/events/place.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

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

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_PLACES_H_
