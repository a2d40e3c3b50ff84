// Removes what retention no longer keeps, in steps small enough to stand between two commits.
#ifndef SERVER_EVENTS_SQLITE_TRIMMING_H_
#define SERVER_EVENTS_SQLITE_TRIMMING_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/retention.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// The rows that one step removes at most, of events and of references each.
inline constexpr int kRowsPerTrimStep = 256;

// The newest event that is due to be removed now; at most the newest removed one when none is. On
// the writer's thread, as all that follows.
absl::StatusOr<int64_t> DueThrough(Database& database, const Retention& retention, absl::Time now);

// What a step removed.
struct Trimmed {
  int64_t by_count = 0;  // Events beyond what may be kept, whatever their age,
  int64_t by_age = 0;    // and those that are too old.
  int64_t references = 0;
  bool more = false;  // There may be more to remove.
};

// Removes some of the events up to `through`, remembering their references, and some references
// that are due, in a transaction of its own; none when there are none.
absl::StatusOr<Trimmed> TrimStep(Database& database, const Retention& retention, absl::Time now,
                                 int64_t through);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_TRIMMING_H_
