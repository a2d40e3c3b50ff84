#include "server/events/quarantine_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

constexpr char kBodyColumn[] = "sealed_body";

crypto::RecordSealer SealerOf(const LogFile& file, absl::string_view body_digest) {
  return file.sealer.Of(absl::StrCat(file.log_id, body_digest));
}

constexpr char kEntryColumns[] =
    "id, received_time_us, answer, account, times_received, size_bytes";

QuarantinedBody EntryFromRow(const Statement& row) {
  QuarantinedBody entry;
  entry.id = row.Integer(0);
  entry.received_time = absl::FromUnixMicros(row.Integer(1));
  entry.answer = std::string(row.Bytes(2));
  entry.account = std::string(row.Bytes(3));
  entry.times_received = row.Integer(4);
  entry.size_bytes = row.Integer(5);
  return entry;
}

}  // namespace

absl::Status QuarantineFull() {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.reason = "QUARANTINE_FULL";
  error.message = "The quarantine is full";
  return ToStatus(error);
}

absl::Status QuarantinedNotFound() {
  Error error;
  error.code = absl::StatusCode::kNotFound;
  error.reason = "QUARANTINED_NOT_FOUND";
  error.message = "The quarantine has no entry of this id";
  return ToStatus(error);
}

QuarantineWriter::QuarantineWriter(Database& database, const LogFile& file, QuarantineLimits limits,
                                   Statement count_again, Statement insert, Statement discard)
    : database_(&database),
      file_(&file),
      limits_(limits),
      count_again_(std::move(count_again)),
      insert_(std::move(insert)),
      discard_(std::move(discard)) {}

absl::StatusOr<QuarantineWriter> QuarantineWriter::Prepare(Database& database, const LogFile& file,
                                                           QuarantineLimits limits) {
  absl::StatusOr<Statement> count_again = database.Prepare(
      "UPDATE quarantine SET times_received = times_received + 1 WHERE body_digest = ?");
  if (!count_again.ok()) return count_again.status();
  absl::StatusOr<Statement> insert = database.Prepare(
      "INSERT INTO quarantine (body_digest, received_time_us, answer, account, times_received, "
      "size_bytes, sealed_body) VALUES (?, ?, ?, ?, 1, ?, ?)");
  if (!insert.ok()) return insert.status();
  absl::StatusOr<Statement> discard =
      database.Prepare("DELETE FROM quarantine WHERE id = ? RETURNING size_bytes");
  if (!discard.ok()) return discard.status();

  const absl::StatusOr<int64_t> entries = database.QueryInteger("SELECT COUNT(*) FROM quarantine");
  if (!entries.ok()) return entries.status();
  const absl::StatusOr<int64_t> bytes =
      database.QueryInteger("SELECT COALESCE(SUM(size_bytes), 0) FROM quarantine");
  if (!bytes.ok()) return bytes.status();

  QuarantineWriter writer(database, file, limits, *std::move(count_again), *std::move(insert),
                          *std::move(discard));
  writer.entries_ = *entries;
  writer.bytes_ = *bytes;
  return writer;
}

absl::StatusOr<bool> QuarantineWriter::Keep(absl::string_view body, absl::string_view answer,
                                            absl::string_view account, absl::Time now) {
  const std::string digest = LookupDigest(file_->keys.body, body);
  if (absl::Status status = count_again_.Bind(digest).Run(); !status.ok()) return status;
  if (database_->changes() > 0) return true;

  const int64_t size = static_cast<int64_t>(body.size());
  if (entries_ + 1 > limits_.max_entries || bytes_ + size > limits_.max_bytes) {
    return false;
  }
  insert_.Bind(digest)
      .Bind(absl::ToUnixMicros(now))
      .Bind(answer)
      .Bind(account)
      .Bind(size)
      .Bind(SealerOf(*file_, digest).Seal(body, kBodyColumn));
  if (absl::Status status = insert_.Run(); !status.ok()) return status;
  entries_ += 1;
  bytes_ += size;
  return true;
}

absl::StatusOr<bool> QuarantineWriter::Discard(int64_t id) {
  const absl::StatusOr<bool> found = discard_.Bind(id).Step();
  if (found.ok() && *found) {
    entries_ -= 1;
    bytes_ -= discard_.Integer(0);
    discard_.Reset();
  }
  return found;
}

absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Database& database, int64_t after,
                                                             int limit) {
  absl::StatusOr<Statement> query = database.Prepare(
      absl::StrCat("SELECT ", kEntryColumns, " FROM quarantine WHERE id > ? ORDER BY id LIMIT ?"));
  if (!query.ok()) return query.status();
  query->Bind(after).Bind(limit);
  std::vector<QuarantinedBody> entries;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    entries.push_back(EntryFromRow(*query));
  }
}

absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Database& database, const LogFile& file,
                                                    int64_t id) {
  absl::StatusOr<Statement> query = database.Prepare(absl::StrCat(
      "SELECT ", kEntryColumns, ", body_digest, sealed_body FROM quarantine WHERE id = ?"));
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return QuarantinedNotFound();
  absl::StatusOr<std::string> body =
      SealerOf(file, query->Bytes(6)).Open(query->Bytes(7), kBodyColumn);
  if (!body.ok()) return CannotBeOpened(body.status());
  QuarantinedBody entry = EntryFromRow(*query);
  entry.body = *std::move(body);
  return entry;
}

}  // namespace kyc::events
