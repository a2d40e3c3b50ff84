// The audit log's rows.
#ifndef SERVER_EVENTS_POSTGRES_AUDIT_ROWS_H_
#define SERVER_EVENTS_POSTGRES_AUDIT_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/audit.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Whether this session's role may append.
absl::StatusOr<bool> MayWriteAudit(Connection& connection, absl::Duration limit);
// UNAVAILABLE LOG_UNAVAILABLE: it may not, and what the operator is to do.
absl::Status LacksAuditRights();
// Appends within a transaction that has locked the log's row, in order. `limit` of the trip.
absl::Status WriteAudit(Connection& connection, absl::Duration limit, const LogIdentity& log,
                        const std::vector<const AuditNote*>& notes, absl::Time now);
// As Audit::ListAudit. Blocks.
absl::StatusOr<AuditPage> ReadAudit(Connection& connection, absl::Duration limit,
                                    const LogIdentity& log, const AuditQuery& query);
// Removes at most a thousand entries that are older, but the newest of those, which is not listed
// any more: the next one is checked by it. How many. By the owner.
absl::StatusOr<int64_t> TrimAudit(Connection& connection, absl::Duration limit, absl::Time before);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_AUDIT_ROWS_H_
