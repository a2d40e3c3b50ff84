// Seals rows of the log again, under the key that seals now.
#ifndef SERVER_EVENTS_POSTGRES_RESEAL_ROWS_H_
#define SERVER_EVENTS_POSTGRES_RESEAL_ROWS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"
#include "server/events/reseal.h"

namespace kyc::events::postgres {

// One step, in a transaction of its own that waits for nobody's rows: those that somebody else
// changes at the time are skipped. By the tables' owner. Each trip has `limit`. Blocks.
absl::StatusOr<ResealStep> Reseal(Connection& connection, absl::Duration limit,
                                  const LogIdentity& log, const ResealPlace& place);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_RESEAL_ROWS_H_
