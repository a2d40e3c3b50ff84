// The audit log's rows.
#ifndef SERVER_EVENTS_SQLITE_AUDIT_ROWS_H_
#define SERVER_EVENTS_SQLITE_AUDIT_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/audit.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// What version 8 of the schema added.
inline constexpr char kAuditTables[] = R"sql(
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    time_us INTEGER NOT NULL,
    caller BLOB NOT NULL,
    act BLOB NOT NULL,
    outcome BLOB NOT NULL,
    source BLOB NOT NULL,
    reference_digest BLOB NOT NULL,
    cust_id_digest BLOB NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    times INTEGER NOT NULL,
    purpose_digest BLOB NOT NULL,
    sealed_purpose BLOB NOT NULL,
    chain BLOB NOT NULL
  ) STRICT;
  -- Of acts with '/Erase' in their name.
  CREATE INDEX audit_of_erasures ON audit (reference_digest, cust_id_digest, time_us)
    WHERE INSTR(act, x'2F4572617365') > 0;
)sql";

// Appends them in order, within the writer's transaction.
absl::Status WriteAudit(Database& database, const LogFile& file,
                        const std::vector<AuditNote>& notes, absl::Time now);
// As Audit::ListAudit, within one state of the file.
absl::StatusOr<AuditPage> ReadAudit(Database& database, const LogFile& file,
                                    const AuditQuery& query);
// Removes at most some hundreds of entries that are older, but the newest of those, which is not
// listed any more: the next one is checked by it. How many.
absl::StatusOr<int64_t> TrimAudit(Database& database, absl::Time before);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_AUDIT_ROWS_H_
