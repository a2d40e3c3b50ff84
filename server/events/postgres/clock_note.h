// Where the database notes what time it is believed to be. By the owner's role; both block.
#ifndef SERVER_EVENTS_POSTGRES_CLOCK_NOTE_H_
#define SERVER_EVENTS_POSTGRES_CLOCK_NOTE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/clock_note.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// None: the log never had one.
absl::StatusOr<absl::optional<ClockNote>> ReadClockNote(Connection& connection,
                                                        absl::Duration limit);
absl::Status WriteClockNote(Connection& connection, absl::Duration limit, const ClockNote& note);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_CLOCK_NOTE_H_
