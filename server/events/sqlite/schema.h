// The tables, and whether a file is one that may be used.
//
// Errors are FAILED_PRECONDITION with a sentence for the operator who starts the gateway, or the
// database's own.
#ifndef SERVER_EVENTS_SQLITE_SCHEMA_H_
#define SERVER_EVENTS_SQLITE_SCHEMA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/crypto/sealer.h"
#include "server/events/log_keys.h"
#include "server/events/sqlite/audit_rows.h"
#include "server/events/sqlite/call_key_rows.h"
#include "server/events/sqlite/migration_to_4.h"
#include "server/events/sqlite/migrations.h"
#include "server/events/sqlite/quarantine_rows.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/usage_rows.h"

namespace kyc::events {

inline constexpr int kSchemaVersion = 9;

// A migration changes tables that a file has; kTables of schema.cc makes what they come to.
inline SchemaHistory History() {
  // Version 1 had a row in `reference` for every reference, not only for those whose events are
  // trimmed. The others stay, never looked at, until the reference's next event is trimmed.
  // Version 2 had an index of times, which the order of sequences makes needless.
  return {.newest = kSchemaVersion,
          .migrations = {{.from = 1, .sql = ""},
                         {.from = 2, .sql = "DROP INDEX event_by_received_time"},
                         {.from = 3, .sql = kTablesTo4, .rows = RowsTo4},
                         {.from = 4, .sql = kQuarantineTo5},
                         {.from = 5,
                          .sql = "ALTER TABLE event ADD COLUMN restricted INTEGER NOT NULL "
                                 "DEFAULT 0; ALTER TABLE reference ADD COLUMN restricted INTEGER "
                                 "NOT NULL DEFAULT 0"},
                         {.from = 6, .sql = kCallKeyTable},
                         {.from = 7, .sql = kAuditTables},
                         {.from = 8, .sql = kUsageTables}}};
}

// Makes the tables in a new file, migrates an older version's; refuses another application's file,
// a newer version's, one of another look-up key, and one that holds data sealed with a key that is
// not given. Changes nothing in a file that it refuses. Remembers which key seals from now on. A
// migration is told to `say`, which may be null. Returns the log id: 16 raw bytes, made with the
// file.
absl::StatusOr<std::string> PrepareSchema(Database& database, const LogKeys& keys,
                                          const crypto::Sealer& sealer, const Say& say = nullptr,
                                          const SchemaHistory& history = History());

// What PrepareSchema would refuse, without changing anything: else the version of the file's
// schema, none of a file without any content.
absl::StatusOr<absl::optional<int>> CheckSchema(Database& database, const LogKeys& keys,
                                                const crypto::Sealer& sealer);

// The log id of a file that PrepareSchema has accepted before; empty if it holds no log any more.
absl::StatusOr<std::string> LogIdOf(Database& database);

// Looks for damage: FAILED_PRECONDITION and what to do, or what was checked, for the operator.
// SQLite's own check reads every page, so it is made up to 64 MiB of file (some tenths of a
// second). Always the chain of the newest 1,000 events is computed anew, which finds what a crash
// or a wrong copy would have torn.
absl::StatusOr<std::string> CheckIntegrity(Database& database);

// The same of everything, whatever that takes. Returns the newest sequence.
absl::StatusOr<int64_t> CheckWhole(Database& database);

// The same status; one that means damage to the file also tells what to do.
absl::Status AdviseOnDamage(absl::Status status);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SCHEMA_H_
