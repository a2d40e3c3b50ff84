// How a file of an older schema becomes one of the newest.
#ifndef SERVER_EVENTS_SQLITE_MIGRATIONS_H_
#define SERVER_EVENTS_SQLITE_MIGRATIONS_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/events/log_identity.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// Takes a line for the operator.
using Say = std::function<void(absl::string_view)>;

// Takes a file from a version to the next one, inside a transaction.
struct Migration {
  int from = 0;
  const char* sql = "";  // Statements without rows.
  // After them: what only the keys' holder can do. May be null, as `say` may.
  absl::Status (*rows)(Database& database, const LogIdentity& log, const Say& say) = nullptr;
};

// What this program knows of schemas.
struct SchemaHistory {
  int newest = 1;
  // One for each version before the newest that can still be read, oldest first.
  std::vector<Migration> migrations = {};
};

// Takes the file from version `from` to the newest, in one transaction: a failure leaves it as it
// was. FAILED_PRECONDITION when no way leads there.
absl::Status Migrate(Database& database, const LogIdentity& log, int from,
                     const SchemaHistory& history, const Say& say);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_MIGRATIONS_H_
