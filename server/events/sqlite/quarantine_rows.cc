#include "server/events/sqlite/quarantine_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/event_row.h"
#include "server/events/kept_body.h"

namespace kyc::events {
namespace {

constexpr char kEntryColumns[] =
    "id, received_time_us, answer, account, times_received, size_bytes, kind, source, request_id, "
    "redriven_time_us, redriven_by, redriven_sequence";
constexpr int kColumns = 12;

// Of a row that begins with kind, account, source.
QuarantineOwner OwnerFromRow(const Statement& row) {
  return {static_cast<QuarantinedKind>(row.Integer(0)), std::string(row.Bytes(1)),
          std::string(row.Bytes(2))};
}

QuarantinedBody EntryFromRow(const Statement& row) {
  QuarantinedBody entry;
  entry.id = row.Integer(0);
  entry.received_time = absl::FromUnixMicros(row.Integer(1));
  entry.answer = std::string(row.Bytes(2));
  entry.owner.account = std::string(row.Bytes(3));
  entry.times_received = row.Integer(4);
  entry.size_bytes = row.Integer(5);
  entry.owner.kind = static_cast<QuarantinedKind>(row.Integer(6));
  entry.owner.source = std::string(row.Bytes(7));
  entry.request_id = std::string(row.Bytes(8));
  if (row.Integer(9) != 0) {
    entry.redriven = Redriven{.time = absl::FromUnixMicros(row.Integer(9)),
                              .caller = std::string(row.Bytes(10)),
                              .sequence = row.Integer(11)};
  }
  return entry;
}

// Of the oldest entries so many are looked at for their age at once.
constexpr int kAgedAtOnce = 64;

constexpr char kInsert[] =
    "INSERT INTO quarantine (body_digest, received_time_us, answer, kind, account, source, "
    "request_id, times_received, size_bytes, sealed_body) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)";
constexpr char kFind[] =
    "SELECT kind, account, source, size_bytes, redriven_time_us FROM quarantine WHERE id = ?";
constexpr char kMark[] =
    "UPDATE quarantine SET redriven_time_us = ?, redriven_by = ?, redriven_sequence = ? "
    "WHERE id = ?";
// Of an account, what was redriven longest ago and is more than another share.
constexpr char kBoundMarked[] =
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER newest AS "
    "place, SUM(size_bytes) OVER newest AS bytes FROM quarantine INDEXED BY quarantine_by_owner "
    "WHERE kind = ? AND account = ? AND source = ? AND redriven_time_us > 0 "
    "WINDOW newest AS (ORDER BY redriven_time_us DESC, id DESC)) WHERE place > ? OR bytes > ?)";
constexpr char kDiscard[] =
    "DELETE FROM quarantine WHERE id = ? "
    "RETURNING kind, account, source, size_bytes, redriven_time_us";
constexpr char kMakeRoom[] =
    "DELETE FROM quarantine WHERE id = (SELECT MIN(id) FROM quarantine INDEXED BY "
    "quarantine_by_owner WHERE kind = ? AND account = ? AND source = ? AND redriven_time_us = 0) "
    "RETURNING kind, account, source, size_bytes, redriven_time_us";
// Ids rise with the time of arrival.
constexpr char kFindAged[] =
    "SELECT 1 FROM (SELECT received_time_us FROM quarantine ORDER BY id LIMIT ?) "
    "WHERE received_time_us < ? LIMIT 1";
constexpr char kRemoveAged[] =
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine ORDER BY id LIMIT ?) "
    "AND received_time_us < ? RETURNING kind, account, source, size_bytes, redriven_time_us";

}  // namespace

QuarantineWriter::QuarantineWriter(Database& database, const LogFile& file,
                                   const QuarantineLimits& limits, Statements statements)
    : database_(&database),
      file_(&file),
      limits_(limits),
      statements_(std::move(statements)),
      use_(limits) {}

absl::StatusOr<QuarantineWriter> QuarantineWriter::Prepare(Database& database, const LogFile& file,
                                                           const QuarantineLimits& limits) {
  absl::StatusOr<Statement> count_again = database.Prepare(
      "UPDATE quarantine SET times_received = times_received + 1 WHERE body_digest = ?");
  if (!count_again.ok()) return count_again.status();
  absl::StatusOr<Statement> insert = database.Prepare(kInsert);
  if (!insert.ok()) return insert.status();
  absl::StatusOr<Statement> find = database.Prepare(kFind);
  if (!find.ok()) return find.status();
  absl::StatusOr<Statement> bound_marked = database.Prepare(kBoundMarked);
  if (!bound_marked.ok()) return bound_marked.status();
  absl::StatusOr<Statement> mark = database.Prepare(kMark);
  if (!mark.ok()) return mark.status();
  absl::StatusOr<Statement> discard = database.Prepare(kDiscard);
  if (!discard.ok()) return discard.status();
  absl::StatusOr<Statement> make_room = database.Prepare(kMakeRoom);
  if (!make_room.ok()) return make_room.status();
  absl::StatusOr<Statement> find_aged = database.Prepare(kFindAged);
  if (!find_aged.ok()) return find_aged.status();
  absl::StatusOr<Statement> remove_aged = database.Prepare(kRemoveAged);
  if (!remove_aged.ok()) return remove_aged.status();

  QuarantineWriter writer(database, file, limits,
                          {*std::move(count_again), *std::move(insert), *std::move(find),
                           *std::move(mark), *std::move(bound_marked), *std::move(discard),
                           *std::move(make_room), *std::move(find_aged), *std::move(remove_aged)});
  if (absl::Status counted = writer.CountUse(); !counted.ok()) return counted;
  return writer;
}

absl::Status QuarantineWriter::CountUse() {
  absl::StatusOr<Statement> query = database_->Prepare(
      "SELECT kind, account, source, COUNT(*), SUM(size_bytes) FROM quarantine "
      "WHERE redriven_time_us = 0 GROUP BY kind, account, source");
  if (!query.ok()) return query.status();
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    use_.Add(OwnerFromRow(*query), {query->Integer(3), query->Integer(4)});
  }
}

absl::StatusOr<bool> QuarantineWriter::Keep(const BodyToKeep& body, absl::Time now) {
  const std::string digest = DigestOf(file_->keys, body);
  if (absl::Status status = statements_.count_again.Bind(digest).Run(); !status.ok()) return status;
  if (database_->changes() > 0) return true;

  const int64_t size = static_cast<int64_t>(body.body.size());
  while (!use_.HasRoom(body.owner, size)) {
    if (body.owner.kind != QuarantinedKind::kReply) return false;
    const absl::StatusOr<bool> made = MakeRoomForReply();
    if (!made.ok() || !*made) return made;
  }
  statements_.insert.Bind(digest)
      .Bind(absl::ToUnixMicros(now))
      .Bind(body.answer)
      .Bind(static_cast<int64_t>(body.owner.kind))
      .Bind(body.owner.account)
      .Bind(body.owner.source)
      .Bind(body.request_id)
      .Bind(size)
      .Bind(SealBody(*file_, digest, body.body));
  if (absl::Status status = statements_.insert.Run(); !status.ok()) return status;
  use_.Add(body.owner, {1, size});
  return true;
}

absl::StatusOr<bool> QuarantineWriter::MakeRoomForReply() {
  const absl::optional<QuarantineOwner> of = use_.LargestOfReplies();
  if (!of.has_value()) return false;
  statements_.make_room.Bind(static_cast<int64_t>(of->kind)).Bind(of->account).Bind(of->source);
  const absl::StatusOr<bool> removed = StepDeleted(statements_.make_room);
  statements_.make_room.Reset();
  return removed;
}

absl::StatusOr<bool> QuarantineWriter::StepDeleted(Statement& query) {
  const absl::StatusOr<bool> row = query.Step();
  if (row.ok() && *row && query.Integer(4) == 0) use_.Remove(OwnerFromRow(query), query.Integer(3));
  return row;
}

absl::StatusOr<bool> QuarantineWriter::MarkRedriven(int64_t id, const Redriven& redriven) {
  const absl::StatusOr<bool> found = statements_.find.Bind(id).Step();
  if (!found.ok() || !*found) return found;
  const QuarantineOwner owner = OwnerFromRow(statements_.find);
  if (statements_.find.Integer(4) == 0) use_.Remove(owner, statements_.find.Integer(3));
  statements_.find.Reset();

  statements_.mark.Bind(absl::ToUnixMicros(redriven.time))
      .Bind(redriven.caller)
      .Bind(redriven.sequence)
      .Bind(id);
  if (absl::Status status = statements_.mark.Run(); !status.ok()) return status;
  const QuarantineRoom share = ShareOfAccount(limits_);
  statements_.bound_marked.Bind(static_cast<int64_t>(owner.kind))
      .Bind(owner.account)
      .Bind(owner.source)
      .Bind(share.entries)
      .Bind(share.bytes);
  if (absl::Status status = statements_.bound_marked.Run(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> QuarantineWriter::Discard(int64_t id) {
  const absl::StatusOr<bool> found = StepDeleted(statements_.discard.Bind(id));
  statements_.discard.Reset();
  return found;
}

absl::StatusOr<bool> QuarantineWriter::HasAged(absl::Time now) {
  statements_.find_aged.Bind(kAgedAtOnce).Bind(absl::ToUnixMicros(now - limits_.max_age));
  const absl::StatusOr<bool> has = statements_.find_aged.Step();
  statements_.find_aged.Reset();
  return has;
}

absl::StatusOr<int64_t> QuarantineWriter::RemoveAged(absl::Time now) {
  statements_.remove_aged.Bind(kAgedAtOnce).Bind(absl::ToUnixMicros(now - limits_.max_age));
  for (int64_t removed = 0;; ++removed) {
    const absl::StatusOr<bool> row = StepDeleted(statements_.remove_aged);
    if (!row.ok()) return row.status();
    if (!*row) return removed;
  }
}

absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Database& database, int64_t after,
                                                             int limit,
                                                             absl::optional<QuarantinedKind> kind) {
  absl::StatusOr<Statement> query = database.Prepare(
      absl::StrCat("SELECT ", kEntryColumns,
                   " FROM quarantine WHERE id > ? AND ? IN (0, kind) ORDER BY id LIMIT ?"));
  if (!query.ok()) return query.status();
  query->Bind(after).Bind(kind.has_value() ? static_cast<int64_t>(*kind) : 0).Bind(limit);
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
      OpenBody(file, query->Bytes(kColumns), query->Bytes(kColumns + 1));
  if (!body.ok()) return body.status();
  QuarantinedBody entry = EntryFromRow(*query);
  entry.body = *std::move(body);
  return entry;
}

}  // namespace kyc::events
