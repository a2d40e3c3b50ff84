#include "server/events/postgres/import_source.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"
#include "server/events/sqlite/call_key_rows.h"
#include "server/events/sqlite/places.h"
#include "server/events/sqlite/schema.h"

namespace kyc::events::postgres {
namespace {

constexpr int kRowsPerTrip = 1'000;

absl::Status Refused(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("The SQLite log ", why));
}

constexpr char kEvents[] =
    "SELECT sequence, event_id, received_time_us, revision, previous_status, status, anomalies, "
    "type_digest, account_digest, reference_digest, cust_id_digest, content_digest, chain, "
    "sealed_fields, sealed_raw_body, restricted FROM event WHERE sequence > ? ORDER BY sequence "
    "LIMIT ?";

// Gathers rows of integers ('i') and bytes ('b'; 'n' where empty means null) column by column.
class Columns {
 public:
  explicit Columns(std::string kinds)
      : kinds_(std::move(kinds)), integers_(kinds_.size()), bytes_(kinds_.size()) {}

  void Add(const kyc::events::Statement& row) {
    for (size_t column = 0; column < kinds_.size(); ++column) {
      const int number = static_cast<int>(column);
      if (kinds_[column] == 'i') {
        integers_[column].push_back(row.Integer(number));
      } else {
        bytes_[column].emplace_back(row.Bytes(number));
      }
    }
    ++rows_;
  }
  int rows() const { return rows_; }

  std::vector<Value> Values() const {
    std::vector<Value> values;
    for (size_t column = 0; column < kinds_.size(); ++column) {
      if (kinds_[column] == 'i') {
        values.push_back(Value::Integers(integers_[column]));
        continue;
      }
      std::vector<absl::optional<absl::string_view>> elements;
      for (const std::string& bytes : bytes_[column]) {
        const bool null = kinds_[column] == 'n' && bytes.empty();
        elements.push_back(null ? absl::nullopt : absl::make_optional<absl::string_view>(bytes));
      }
      values.push_back(Value::ByteArrays(elements));
    }
    return values;
  }

 private:
  const std::string kinds_;
  std::vector<std::vector<int64_t>> integers_;
  std::vector<std::vector<std::string>> bytes_;
  int rows_ = 0;
};

EventRow RowIn(const kyc::events::Statement& row) {
  EventRow event;
  event.sequence = row.Integer(0);
  event.event_id = row.Bytes(1);
  event.received_time_us = row.Integer(2);
  event.content_digest = row.Bytes(11);
  event.chain = row.Bytes(12);
  return event;
}

}  // namespace

absl::StatusOr<ImportSource> ImportSource::Open(const std::string& path, const Secret& lookup_key) {
  // The lock would make it.
  if (access(path.c_str(), R_OK) != 0) return Refused("is not there, or cannot be read");
  absl::StatusOr<FileLock> lock = FileLock::Take(path);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<Database> database = Database::Open(path, Database::Use::kRead);
  if (!database.ok()) return database.status();
  const absl::StatusOr<int64_t> version = database->QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != kSchemaVersion) {
    return Refused(absl::StrCat("has schema ", *version, ", not ", kSchemaVersion,
                                ": start a gateway of this version over it once"));
  }
  LogOrigin origin;
  absl::StatusOr<std::string> log_id = LogIdOf(*database);
  if (!log_id.ok()) return log_id.status();
  origin.log_id = *std::move(log_id);
  absl::StatusOr<std::string> check = database->QueryBytes("SELECT key_check FROM log");
  if (!check.ok()) return check.status();
  if (*check != LookupDigest(LogKeys(lookup_key).check, origin.log_id)) {
    return Refused("was written with another look-up key");
  }
  origin.key_check = *std::move(check);
  absl::StatusOr<Place> trimmed = TrimmedThrough(*database);
  if (!trimmed.ok()) return trimmed.status();
  origin.trimmed = *std::move(trimmed);
  absl::StatusOr<Place> newest = NewestPlace(*database);
  if (!newest.ok()) return newest.status();
  return ImportSource(*std::move(lock), *std::move(database), std::move(origin),
                      *std::move(newest));
}

absl::StatusOr<Place> ImportSource::At(int64_t sequence) { return PlaceAt(database_, sequence); }

absl::StatusOr<ImportedEvents> ImportSource::EventsAfter(const Place& after, int limit,
                                                         ChainCheck& chain) {
  absl::StatusOr<kyc::events::Statement> query = database_.Prepare(kEvents);
  if (!query.ok()) return query.status();
  query->Bind(after.sequence).Bind(limit);
  ImportedEvents events;
  Columns columns("ibiiiiibbbnbbbbi");
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const EventRow event = RowIn(*query);
    if (absl::Status follows = chain.Follow(event); !follows.ok()) return follows;
    columns.Add(*query);
    events.last = {event.sequence, std::string(event.chain), event.received_time_us};
  }
  events.count = columns.rows();
  events.values = columns.Values();
  return events;
}

absl::Status ImportSource::CopyTables(const std::function<absl::Status(Trip)>& run) {
  absl::Status copied = CopyTable(
      "SELECT reference_digest, account_digest, sequence, revision, status, content_digest, "
      "updated_time_us, restricted FROM reference",
      "INSERT INTO reference SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], "
      "$4::bigint[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bigint[]) "
      "ON CONFLICT DO NOTHING",
      "bbiiibii", run);
  if (copied.ok()) {
    copied = CopyTable(
        "SELECT key_id, proof, CASE last_sequence WHEN -1 THEN 2 ELSE 0 END, "
        "(SELECT COUNT(*) FROM sealing_key AS earlier WHERE earlier.last_sequence < "
        "sealing_key.last_sequence) FROM sealing_key",
        "INSERT INTO sealing_key (key_id, proof, state, added) SELECT * FROM "
        "unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[]) "
        "ON CONFLICT DO NOTHING",
        "ibii", run);
  }
  if (copied.ok()) {
    copied = CopyTable(
        "SELECT id, body_digest, received_time_us, answer, account, times_received, size_bytes, "
        "sealed_body, kind, source, request_id, redriven_time_us, redriven_by, redriven_sequence "
        "FROM quarantine",
        "INSERT INTO quarantine (id, body_digest, received_time_us, answer, account, "
        "times_received, size_bytes, sealed_body, kind, source, request_id, redriven_time_us, "
        "redriven_by, redriven_sequence) SELECT * FROM unnest($1::bigint[], $2::bytea[], "
        "$3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bytea[], "
        "$9::bigint[], $10::bytea[], $11::bytea[], $12::bigint[], $13::bytea[], $14::bigint[]) "
        "ON CONFLICT DO NOTHING",
        "ibibbiibibbibi", run);
  }
  // Who had claimed something has ended.
  if (copied.ok()) {
    copied = CopyTable(
        "SELECT key_digest, content_digest, subject_digest, CASE state WHEN 1 THEN 3 ELSE state "
        "END, "
        "run_id, claimed_us, sealed_answer FROM call_key",
        "INSERT INTO call_key (key_digest, content_digest, subject_digest, state, run_id, "
        "claimed_us, sealed_answer, lease_us) SELECT *, 0 FROM unnest($1::bytea[], $2::bytea[], "
        "$3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bytea[]) "
        "ON CONFLICT DO NOTHING",
        "bbnibib", run);
  }
  if (copied.ok()) {
    copied = CopyTable(
        "SELECT id, time_us, caller, act, outcome, source, reference_digest, cust_id_digest, "
        "first_sequence, last_sequence, times, purpose_digest, sealed_purpose, chain FROM audit",
        "INSERT INTO audit (id, time_us, caller, act, outcome, source, reference_digest, "
        "cust_id_digest, first_sequence, last_sequence, times, purpose_digest, sealed_purpose, "
        "chain) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], "
        "$5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bigint[], $10::bigint[], "
        "$11::bigint[], $12::bytea[], $13::bytea[], $14::bytea[]) ON CONFLICT DO NOTHING",
        "iibbbbbbiiibbb", run);
  }
  if (copied.ok()) {
    copied = CopyTable(
        "SELECT day, caller, account, method, billing, reason, calls FROM usage",
        "INSERT INTO usage (day, caller, account, method, billing, reason, calls) SELECT * FROM "
        "unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[], "
        "$7::bigint[]) ON CONFLICT DO NOTHING",
        "ibbbibi", run);
  }
  if (!copied.ok()) return copied;
  const absl::StatusOr<absl::Duration> lived = ReadLived(database_);
  if (!lived.ok()) return lived.status();
  // No id is ever used again.
  const absl::StatusOr<int64_t> last = database_.QueryInteger(
      "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'quarantine'), 0)");
  if (!last.ok()) return last.status();
  Trip trip;
  trip.Add("UPDATE log SET next_quarantine_id = $1::bigint, lived_us = $2::bigint",
           {Value::Integer(*last + 1), Value::Integer(absl::ToInt64Microseconds(*lived))});
  return run(std::move(trip));
}

absl::Status ImportSource::CopyTable(absl::string_view select, absl::string_view insert,
                                     const std::string& columns,
                                     const std::function<absl::Status(Trip)>& run) {
  absl::StatusOr<kyc::events::Statement> query = database_.Prepare(select);
  if (!query.ok()) return query.status();
  for (bool more = true; more;) {
    Columns rows(columns);
    while (more && rows.rows() < kRowsPerTrip) {
      const absl::StatusOr<bool> row = query->Step();
      if (!row.ok()) return row.status();
      more = *row;
      if (more) rows.Add(*query);
    }
    if (rows.rows() == 0) break;
    Trip trip;
    trip.Add(std::string(insert), rows.Values());
    if (absl::Status copied = run(std::move(trip)); !copied.ok()) return copied;
  }
  return absl::OkStatus();
}

}  // namespace kyc::events::postgres
