// What an append writes: its events, what their references come to, and the log's head.
#ifndef SERVER_EVENTS_POSTGRES_APPEND_ROWS_H_
#define SERVER_EVENTS_POSTGRES_APPEND_ROWS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/batch.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

inline constexpr Statement kBegin = {"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
inline constexpr Statement kRollback = {"rollback", "ROLLBACK"};

// Within a transaction that holds the head's lock; `plan` has rows.
void AddRows(const Plan& plan, Trip& trip);

// Appends an event larger than any notification and takes it back, so that it is known whether a
// server that refused a write takes writes again: one whose disk is full locks and reads as ever.
// What it wrote takes its room until the server clears it away. Each trip has `limit`.
absl::Status Rehearse(Connection& connection, const LogIdentity& log, absl::Duration limit);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_APPEND_ROWS_H_
