// The tables of what was used.
#ifndef SERVER_EVENTS_SQLITE_USAGE_ROWS_H_
#define SERVER_EVENTS_SQLITE_USAGE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/usage.h"

namespace kyc::events {

// What version 9 of the schema added. usage_batch has the last batch of each process's run, so that
// one that is repeated is not added twice.
inline constexpr char kUsageTables[] = R"sql(
  CREATE TABLE usage (
    day INTEGER NOT NULL,
    caller BLOB NOT NULL,
    account BLOB NOT NULL,
    method BLOB NOT NULL,
    billing INTEGER NOT NULL,
    reason BLOB NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (day, caller, account, method, billing, reason)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE usage_batch (
    run_id BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    day INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
)sql";

// Within the writer's transaction, as Usage::AddUsage. `run_id` is this process's.
absl::Status WriteUsage(Database& database, absl::string_view run_id, const UsageBatch& batch);
// As Usage::ListUsage.
absl::StatusOr<std::vector<UsageCount>> ReadUsage(Database& database, const UsageQuery& query);
// Removes the oldest day if it is older. How many rows.
absl::StatusOr<int64_t> TrimUsage(Database& database, absl::Time before);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_USAGE_ROWS_H_
