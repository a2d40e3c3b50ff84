// How a file of an older schema becomes one of the newest.
#ifndef SERVER_EVENTS_MIGRATIONS_H_
#define SERVER_EVENTS_MIGRATIONS_H_

#include <vector>

#include "absl/status/status.h"
#include "server/events/sqlite.h"

namespace kyc::events {

// Takes a file from a version to the next one.
struct Migration {
  int from = 0;
  const char* sql = "";  // Statements without rows.
};

// What this program knows of schemas.
struct SchemaHistory {
  int newest = 1;
  // One for each version before the newest that can still be read, oldest first.
  std::vector<Migration> migrations = {};
};

// Takes the file from version `from` to the newest, in one transaction: a failure leaves it as it
// was. FAILED_PRECONDITION when no way leads there.
absl::Status Migrate(Database& database, int from, const SchemaHistory& history);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_MIGRATIONS_H_
