// Rows of the table event, read.
#ifndef SERVER_EVENTS_POSTGRES_EVENT_ROWS_H_
#define SERVER_EVENTS_POSTGRES_EVENT_ROWS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/events/chain_check.h"
#include "server/events/event_log.h"
#include "server/events/event_row.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// What EventRowIn reads, in its order.
inline constexpr char kEventColumns[] =
    "sequence, event_id, received_time_us, revision, previous_status, status, anomalies, "
    "content_digest, chain, sealed_fields, sealed_raw_body";

// Its bytes are the rows'.
EventRow EventRowIn(const Rows& rows, int row);

// All of them. `chain`, if not null, is asked of each row.
absl::StatusOr<std::vector<Event>> EventsIn(const Rows& rows, const LogIdentity& log,
                                            ChainCheck* chain = nullptr);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_EVENT_ROWS_H_
