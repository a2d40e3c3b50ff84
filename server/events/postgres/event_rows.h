// Rows of the table event, written and read.
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
    "content_digest, chain, sealed_fields, sealed_raw_body, restricted";

// Takes an array for each column.
inline constexpr Statement kInsertEvents = {
    "insert_events",
    "INSERT INTO event (sequence, event_id, received_time_us, revision, previous_status, status, "
    "anomalies, type_digest, account_digest, reference_digest, cust_id_digest, content_digest, "
    "chain, sealed_fields, sealed_raw_body, restricted) SELECT * FROM unnest($1::bigint[], "
    "$2::bytea[], "
    "$3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], "
    "$9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], "
    "$15::bytea[], $16::bigint[])"};

// Its bytes are the rows'.
EventRow EventRowIn(const Rows& rows, int row);

// All of them. `chain`, if not null, is asked of each row.
absl::StatusOr<std::vector<Event>> EventsIn(const Rows& rows, const LogIdentity& log,
                                            ChainCheck* chain = nullptr);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_EVENT_ROWS_H_
