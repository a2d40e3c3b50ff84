// What schema 4 changed: an event's type is sealed, the texts of each are sealed under a key of its
// own, and the account belongs to a reference's identity.
#ifndef SERVER_EVENTS_SQLITE_MIGRATION_TO_4_H_
#define SERVER_EVENTS_SQLITE_MIGRATION_TO_4_H_

#include "absl/status/status.h"
#include "server/events/log_identity.h"
#include "server/events/sqlite/migrations.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// The indexes of events, and so most of a file, stay as they are. What was trimmed before has no
// account: nobody knows it any more.
inline constexpr char kTablesTo4[] = R"sql(
  ALTER TABLE event RENAME COLUMN type TO type_digest;
  ALTER TABLE event ADD COLUMN account_digest BLOB NOT NULL DEFAULT x'';

  ALTER TABLE log ADD COLUMN boot_id BLOB NOT NULL DEFAULT x'';
  ALTER TABLE log ADD COLUMN wall_offset_us INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE log ADD COLUMN aged_to_us INTEGER NOT NULL DEFAULT 0;

  ALTER TABLE reference RENAME TO reference_3;
  CREATE TABLE reference (
    reference_digest BLOB NOT NULL,
    account_digest BLOB NOT NULL,
    revision INTEGER NOT NULL,
    status INTEGER NOT NULL,
    content_digest BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    updated_time_us INTEGER NOT NULL,
    PRIMARY KEY (reference_digest, account_digest)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO reference SELECT reference_digest, x'', revision, status, content_digest, sequence,
    updated_time_us FROM reference_3 ORDER BY reference_digest;
  DROP TABLE reference_3;
  CREATE INDEX reference_by_updated_time ON reference (updated_time_us);
)sql";

// Goes through all events, about 20 s for each million.
absl::Status RowsTo4(Database& database, const LogIdentity& log, const Say& say);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_MIGRATION_TO_4_H_
