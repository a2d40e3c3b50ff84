// Erases and restricts rows of the log.
#ifndef SERVER_EVENTS_POSTGRES_PERSONAL_ROWS_H_
#define SERVER_EVENTS_POSTGRES_PERSONAL_ROWS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// As EventLog::Act says, within a transaction that has locked the log's row: changes at most
// kEventsPerAct events. `limit` of each trip. The outer status is the engine's failure, the inner
// one the answer to who asked.
absl::StatusOr<absl::StatusOr<ActedOn>> Act(Connection& connection, absl::Duration limit,
                                            const LogIdentity& log, const PersonalAct& act,
                                            absl::Time now);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_PERSONAL_ROWS_H_
