// What the log remembers of time over a restart.
#ifndef SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_
#define SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

struct ClockNote {
  std::string boot_id;    // Empty: none was noted.
  absl::Duration offset;  // BelievedClock::offset, of that boot.
  absl::Time aged_to;     // AgeClock::time.
};

// None: the log never had one.
absl::StatusOr<absl::optional<ClockNote>> ReadClockNote(Database& database);
absl::Status WriteClockNote(Database& database, const ClockNote& note);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_
