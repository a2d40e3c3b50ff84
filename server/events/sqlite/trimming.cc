#include "server/events/sqlite/trimming.h"

#include <algorithm>
#include <string>

#include "server/events/sqlite/places.h"

namespace kyc::events {
namespace {

// What one step removes.
struct Due {
  Place events_through;  // Zero sequence: none.
  int64_t events = 0;
  bool references = false;
};

// The oldest ones.
absl::Status FindEvents(Database& database, int64_t through, Due& due) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT sequence, chain, received_time_us FROM event WHERE sequence <= ? "
      "ORDER BY sequence LIMIT ?");
  if (!query.ok()) return query.status();
  query->Bind(through).Bind(kRowsPerTrimStep);
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    due.events_through = {query->Integer(0), std::string(query->Bytes(1)), query->Integer(2)};
    due.events += 1;
  }
}

absl::Status FindReferences(Database& database, int64_t before_us, Due& due) {
  absl::StatusOr<Statement> query =
      database.Prepare("SELECT 1 FROM reference WHERE updated_time_us < ? LIMIT 1");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(before_us).Step();
  if (!row.ok()) return row.status();
  due.references = *row;
  return absl::OkStatus();
}

// What must be known of a reference without its events. The later event of two replaces the other.
absl::Status RememberReferences(Database& database, const Place& through) {
  absl::StatusOr<Statement> remember = database.Prepare(
      "INSERT OR REPLACE INTO reference (reference_digest, account_digest, sequence, revision, "
      "status, content_digest, updated_time_us, restricted) SELECT reference_digest, "
      "account_digest, sequence, revision, status, content_digest, received_time_us, restricted "
      "FROM event WHERE sequence <= ? "
      "ORDER BY sequence");
  if (!remember.ok()) return remember.status();
  return remember->Bind(through.sequence).Run();
}

absl::Status TrimEvents(Database& database, const Place& through) {
  absl::StatusOr<Statement> remove = database.Prepare("DELETE FROM event WHERE sequence <= ?");
  if (!remove.ok()) return remove.status();
  if (absl::Status status = remove->Bind(through.sequence).Run(); !status.ok()) return status;
  absl::StatusOr<Statement> note = database.Prepare(
      "UPDATE log SET trimmed_sequence = ?, trimmed_chain = ?, trimmed_time_us = ?");
  if (!note.ok()) return note.status();
  return note->Bind(through.sequence).Bind(through.chain).Bind(through.received_time_us).Run();
}

absl::Status TrimReferences(Database& database, int64_t before_us) {
  absl::StatusOr<Statement> remove = database.Prepare(
      "DELETE FROM reference WHERE (reference_digest, account_digest) IN "
      "(SELECT reference_digest, account_digest FROM reference WHERE updated_time_us < ? "
      "LIMIT ?)");
  if (!remove.ok()) return remove.status();
  return remove->Bind(before_us).Bind(kRowsPerTrimStep).Run();
}

}  // namespace

// Times never run backwards, so what is due by age is the oldest, as is what is due by count. Most
// of the time nothing is, and the oldest event tells.
absl::StatusOr<int64_t> DueThrough(Database& database, const Retention& retention, absl::Time now) {
  const int64_t before_us = absl::ToUnixMicros(now - retention.age);
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  const absl::StatusOr<int64_t> oldest_us =
      database.QueryInteger("SELECT received_time_us FROM event ORDER BY sequence LIMIT 1");
  if (!oldest_us.ok()) return oldest_us.status();
  const absl::StatusOr<Place> due_by_age =
      *oldest_us >= before_us ? TrimmedThrough(database) : PlaceBefore(database, before_us);
  if (!due_by_age.ok()) return due_by_age.status();
  return std::max(due_by_age->sequence, newest->sequence - retention.count);
}

absl::StatusOr<Trimmed> TrimStep(Database& database, const Retention& retention, absl::Time now,
                                 int64_t through) {
  const int64_t references_before = absl::ToUnixMicros(now - retention.reference_age);
  Due due;
  absl::Status status = FindEvents(database, through, due);
  if (status.ok()) status = FindReferences(database, references_before, due);
  if (!status.ok()) return status;
  if (due.events == 0 && !due.references) return Trimmed();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();

  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  if (due.events > 0) status = RememberReferences(database, due.events_through);
  if (status.ok() && due.events > 0) status = TrimEvents(database, due.events_through);
  if (status.ok()) status = TrimReferences(database, references_before);
  Trimmed trimmed;
  trimmed.references = database.changes();
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  const int64_t over_count =
      newest->sequence - retention.count - (due.events_through.sequence - due.events);
  trimmed.by_count = std::clamp(over_count, int64_t{0}, due.events);
  trimmed.by_age = due.events - trimmed.by_count;
  trimmed.more = due.events == kRowsPerTrimStep || trimmed.references == kRowsPerTrimStep;
  return trimmed;
}

}  // namespace kyc::events
