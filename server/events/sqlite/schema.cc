#include "server/events/sqlite/schema.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/crypto/mac.h"
#include "server/events/sqlite/places.h"
#include "server/events/sqlite/reads.h"
#include "server/events/sqlite/sealing_keys.h"
#include "server/events/sqlite/sqlite_errors.h"

namespace kyc::events {
namespace {

constexpr int64_t kApplicationId = 0x4b594345;  // "KYCE"
constexpr size_t kLogIdBytes = 16;
constexpr int64_t kFullCheckBytes = 64 << 20;
constexpr int64_t kNewestEventsChecked = 1000;

// Every text is stored as a blob: bytes compare as bytes. Digests are LookupDigest's. Names ending
// in _us are microseconds since 1970.
//
// event_by_reference holds the content too, so that older events of a reference are compared
// without reading them; not the account, because two seldom share a reference. A reference has a
// row of its own, one for each account, only once its newest event is trimmed: so revisions never
// start again, and an append touches one random page less. An account's digest is empty where
// schemas before 4 did not note it. Sequences are the writer's, who remembers in `log` what is
// trimmed; in files of version 1 the engine counts them too (AUTOINCREMENT), to no effect.
constexpr char kTables[] = R"sql(
  CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    log_id BLOB NOT NULL,
    key_check BLOB NOT NULL,
    trimmed_sequence INTEGER NOT NULL,
    trimmed_chain BLOB NOT NULL,
    trimmed_time_us INTEGER NOT NULL,
    boot_id BLOB NOT NULL DEFAULT x'',
    wall_offset_us INTEGER NOT NULL DEFAULT 0,
    aged_to_us INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE sealing_key (
    key_id INTEGER PRIMARY KEY,
    proof BLOB NOT NULL,
    last_sequence INTEGER NOT NULL,
    last_quarantine_id INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    event_id BLOB NOT NULL,
    received_time_us INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    previous_status INTEGER NOT NULL,
    status INTEGER NOT NULL,
    type_digest BLOB NOT NULL,
    anomalies INTEGER NOT NULL,
    account_digest BLOB NOT NULL,
    reference_digest BLOB NOT NULL,
    cust_id_digest BLOB,
    content_digest BLOB NOT NULL,
    chain BLOB NOT NULL,
    sealed_fields BLOB NOT NULL,
    sealed_raw_body BLOB NOT NULL,
    restricted INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX event_by_reference ON event (reference_digest, sequence, content_digest);
  CREATE INDEX event_by_cust_id ON event (cust_id_digest, sequence)
    WHERE cust_id_digest IS NOT NULL;

  CREATE TABLE reference (
    reference_digest BLOB NOT NULL,
    account_digest BLOB NOT NULL,
    revision INTEGER NOT NULL,
    status INTEGER NOT NULL,
    content_digest BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    updated_time_us INTEGER NOT NULL,
    restricted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (reference_digest, account_digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reference_by_updated_time ON reference (updated_time_us);

  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body_digest BLOB NOT NULL UNIQUE,
    received_time_us INTEGER NOT NULL,
    answer BLOB NOT NULL,
    account BLOB NOT NULL,
    times_received INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    sealed_body BLOB NOT NULL,
    kind INTEGER NOT NULL DEFAULT 1,
    source BLOB NOT NULL DEFAULT x'',
    request_id BLOB NOT NULL DEFAULT x'',
    redriven_time_us INTEGER NOT NULL DEFAULT 0,
    redriven_by BLOB NOT NULL DEFAULT x'',
    redriven_sequence INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX quarantine_by_owner ON quarantine (kind, account, source, redriven_time_us);
)sql";

absl::Status Refused(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("The event log's file ", why));
}

absl::Status Damaged(absl::string_view how) {
  return Refused(absl::StrCat(
      "is damaged: ", how,
      ". Stop all that use it and restore it with its -wal from a backup, or move both away to "
      "begin an empty log; cursors of the old one are then refused as foreign"));
}

// The version of the file's schema; none for a file without any content. Refuses what is not ours.
absl::StatusOr<absl::optional<int>> VersionOf(Database& database, int newest) {
  const absl::StatusOr<int64_t> application = database.QueryInteger("PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<int64_t> version = database.QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const absl::StatusOr<int64_t> tables =
      database.QueryInteger("SELECT COUNT(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();

  if (*application == 0 && *version == 0 && *tables == 0) return absl::optional<int>();
  if (*application != kApplicationId) return Refused("belongs to another application");
  if (*version > newest) {
    return Refused(absl::StrCat("was written by a newer version (schema ", *version,
                                ", this one knows ", newest,
                                "); run that version, or restore an older copy of the file"));
  }
  return absl::make_optional(static_cast<int>(*version));
}

absl::Status MakeTables(Database& database, const LogKeys& keys) {
  // Has no effect inside a transaction. Trimming frees pages for new events; none need moving.
  if (absl::Status status = database.Execute("PRAGMA auto_vacuum = NONE"); !status.ok()) {
    return status;
  }
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  const std::string header = absl::StrCat("PRAGMA application_id = ", kApplicationId,
                                          "; PRAGMA user_version = ", kSchemaVersion);
  if (absl::Status status = database.Execute(header.c_str()); !status.ok()) return status;
  for (const char* tables : {kTables, kCallKeyTable, kAuditTables, kUsageTables}) {
    if (absl::Status status = database.Execute(tables); !status.ok()) return status;
  }

  absl::StatusOr<Statement> insert = database.Prepare(
      "INSERT INTO log (one, log_id, key_check, trimmed_sequence, trimmed_chain, trimmed_time_us) "
      "VALUES (1, ?, ?, 0, x'', 0)");
  if (!insert.ok()) return insert.status();
  const std::string log_id = crypto::RandomBytes(kLogIdBytes);
  insert->Bind(log_id).Bind(LookupDigest(keys.check, log_id));
  if (absl::Status status = insert->Run(); !status.ok()) return status;
  return transaction->Commit();
}

absl::Status CheckLookupKey(Database& database, const LogKeys& keys, absl::string_view log_id) {
  const absl::StatusOr<std::string> check = database.QueryBytes("SELECT key_check FROM log");
  if (!check.ok()) return check.status();
  if (*check == LookupDigest(keys.check, log_id)) return absl::OkStatus();
  return Refused("was written with another look-up key; that key can never change");
}

// Whether the file is of these keys; all of that can be asked of the newest schema only. Returns
// its log id.
absl::StatusOr<std::string> CheckKeys(Database& database, const LogKeys& keys,
                                      const crypto::Sealer& sealer, bool is_newest) {
  absl::StatusOr<std::string> log_id = LogIdOf(database);
  if (!log_id.ok()) return log_id.status();
  if (absl::Status status = CheckLookupKey(database, keys, *log_id); !status.ok()) return status;
  if (absl::Status status = CheckSealingKeys(database, sealer, *log_id); !status.ok()) {
    return status;
  }
  absl::Status beside =
      is_newest ? CheckKeysBesideEvents(database, sealer, *log_id) : absl::OkStatus();
  if (!beside.ok()) return beside;
  return log_id;
}

}  // namespace

absl::StatusOr<std::string> LogIdOf(Database& database) {
  const absl::StatusOr<int64_t> tables =
      database.QueryInteger("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'log'");
  if (!tables.ok()) return tables.status();
  return *tables == 0 ? std::string() : database.QueryBytes("SELECT log_id FROM log");
}

absl::StatusOr<absl::optional<int>> CheckSchema(Database& database, const LogKeys& keys,
                                                const crypto::Sealer& sealer) {
  const absl::StatusOr<absl::optional<int>> version = VersionOf(database, kSchemaVersion);
  if (!version.ok() || !version->has_value()) return version;
  const absl::StatusOr<std::string> log_id =
      CheckKeys(database, keys, sealer, **version == kSchemaVersion);
  if (!log_id.ok()) return log_id.status();
  return version;
}

absl::StatusOr<std::string> PrepareSchema(Database& database, const LogKeys& keys,
                                          const crypto::Sealer& sealer, const Say& say,
                                          const SchemaHistory& history) {
  const absl::StatusOr<absl::optional<int>> version = VersionOf(database, history.newest);
  if (!version.ok()) return version.status();
  if (!version->has_value()) {
    if (absl::Status status = MakeTables(database, keys); !status.ok()) return status;
  }
  const absl::StatusOr<std::string> log_id =
      CheckKeys(database, keys, sealer, version->value_or(history.newest) == history.newest);
  if (!log_id.ok()) return log_id.status();
  if (absl::Status status = database.UseWriteAheadLog(); !status.ok()) return status;
  if (version->has_value() && **version < history.newest) {
    const LogIdentity log{*log_id, keys, sealer};
    if (absl::Status status = Migrate(database, log, **version, history, say); !status.ok()) {
      return status;
    }
    if (say != nullptr) {
      say(absl::StrCat("event log migrated from schema ", **version, " to ", history.newest));
    }
  }
  if (absl::Status status = RememberSealingKey(database, sealer, *log_id); !status.ok()) {
    return status;
  }
  return log_id;
}

absl::StatusOr<std::string> CheckIntegrity(Database& database) {
  const absl::StatusOr<int64_t> bytes = database.QueryInteger(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (!bytes.ok()) return bytes.status();
  if (*bytes <= kFullCheckBytes) {
    const absl::StatusOr<std::string> result = database.QueryBytes("PRAGMA quick_check(1)");
    if (!result.ok()) return result.status();
    if (*result != "ok") return Damaged("SQLite's quick_check fails");
  }
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  const absl::Status whole =
      CheckChain(database, newest->sequence - kNewestEventsChecked, newest->sequence);
  if (absl::IsDataLoss(whole)) return Damaged("the chain over its events is broken");
  if (!whole.ok()) return whole;
  return absl::StrCat(*bytes <= kFullCheckBytes ? "every page and " : "",
                      "the chain of the newest ", kNewestEventsChecked, " events checked");
}

absl::StatusOr<int64_t> CheckWhole(Database& database) {
  const absl::StatusOr<std::string> result = database.QueryBytes("PRAGMA quick_check(1)");
  if (!result.ok()) return result.status();
  if (*result != "ok") return Damaged("SQLite's quick_check fails");
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  if (absl::Status whole = CheckChain(database, 0, newest->sequence); !whole.ok()) return whole;
  return newest->sequence;
}

absl::Status AdviseOnDamage(absl::Status status) {
  const absl::string_view damage = DamageOf(status);
  return damage.empty() ? status : Damaged(damage);
}

}  // namespace kyc::events
