// Erases and restricts rows of the log.
#ifndef SERVER_EVENTS_SQLITE_PERSONAL_ROWS_H_
#define SERVER_EVENTS_SQLITE_PERSONAL_ROWS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// As EventLog::Act says, within the writer's transaction: changes at most kEventsPerAct events. The
// outer status is the engine's failure, the inner one the answer to who asked.
absl::StatusOr<absl::StatusOr<ActedOn>> Act(Database& database, const LogFile& file,
                                            const PersonalAct& act, absl::Time now);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_PERSONAL_ROWS_H_
