// Where the file notes what time it is believed to be.
#ifndef SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_
#define SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "server/events/clock_note.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// None: the log never had one.
absl::StatusOr<absl::optional<ClockNote>> ReadClockNote(Database& database);
absl::Status WriteClockNote(Database& database, const ClockNote& note);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_CLOCK_NOTE_H_
