#include "server/events/sqlite/call_key_rows.h"

#include <algorithm>
#include <utility>

#include "server/call/error.h"

namespace kyc::events {
namespace {

// The lived clock is noted when it has moved so far: after a crash keys live longer by so much.
constexpr absl::Duration kNoteEvery = absl::Minutes(1);

constexpr char kFind[] =
    "SELECT state, content_digest, run_id, sealed_answer FROM call_key WHERE key_digest = ?";
constexpr char kClaim[] =
    "INSERT INTO call_key (key_digest, content_digest, subject_digest, state, run_id, claimed_us, "
    "sealed_answer) VALUES (?, ?, ?, 1, ?, ?, x'') ON CONFLICT (key_digest) DO NOTHING";
// What it claimed: an erasure may have come first.
constexpr char kAnswer[] =
    "UPDATE call_key SET state = 2, sealed_answer = ? "
    "WHERE key_digest = ? AND content_digest = ? AND run_id = ? AND state = 1";
constexpr char kLose[] =
    "UPDATE call_key SET state = 3 "
    "WHERE key_digest = ? AND content_digest = ? AND run_id = ? AND state = 1";
constexpr char kRelease[] =
    "DELETE FROM call_key "
    "WHERE key_digest = ? AND content_digest = ? AND run_id = ? AND state = 1";
constexpr char kOldest[] = "SELECT claimed_us FROM call_key ORDER BY id LIMIT 1";
constexpr char kRemove[] =
    "DELETE FROM call_key WHERE id IN (SELECT id FROM call_key ORDER BY id LIMIT ?) "
    "AND claimed_us < ?";
constexpr char kNote[] = "UPDATE log SET lived_us = ?";

int64_t Micros(absl::Duration lived) { return absl::ToInt64Microseconds(lived); }

}  // namespace

absl::StatusOr<CallKeyRows> CallKeyRows::Prepare(Database& database, std::string run_id) {
  absl::StatusOr<Statement> find = database.Prepare(kFind);
  if (!find.ok()) return find.status();
  absl::StatusOr<Statement> claim = database.Prepare(kClaim);
  if (!claim.ok()) return claim.status();
  absl::StatusOr<Statement> answer = database.Prepare(kAnswer);
  if (!answer.ok()) return answer.status();
  absl::StatusOr<Statement> lose = database.Prepare(kLose);
  if (!lose.ok()) return lose.status();
  absl::StatusOr<Statement> release = database.Prepare(kRelease);
  if (!release.ok()) return release.status();
  absl::StatusOr<Statement> oldest = database.Prepare(kOldest);
  if (!oldest.ok()) return oldest.status();
  absl::StatusOr<Statement> remove = database.Prepare(kRemove);
  if (!remove.ok()) return remove.status();
  absl::StatusOr<Statement> note = database.Prepare(kNote);
  if (!note.ok()) return note.status();
  const absl::StatusOr<absl::Duration> lived = ReadLived(database);
  if (!lived.ok()) return lived.status();
  CallKeyRows rows(database, std::move(run_id),
                   {*std::move(find), *std::move(claim), *std::move(answer), *std::move(lose),
                    *std::move(release), *std::move(oldest), *std::move(remove), *std::move(note)});
  rows.noted_ = *lived;
  return rows;
}

absl::StatusOr<KeyClaim> CallKeyRows::Claim(const CallKey& key, absl::Duration lived) {
  // Almost every key is new, so it is looked up where it is written.
  statements_.claim.Bind(key.key)
      .Bind(key.content)
      .Bind(key.subject)
      .Bind(run_id_)
      .Bind(Micros(lived));
  if (absl::Status claimed = statements_.claim.Run(); !claimed.ok()) return claimed;
  if (database_->changes() > 0) return KeyClaim{KeyFound::kClaimed, ""};
  return Find(key);
}

absl::StatusOr<KeyClaim> CallKeyRows::Find(const CallKey& key) {
  Statement& find = statements_.find;
  const absl::StatusOr<bool> there = find.Bind(key.key).Step();
  if (!there.ok()) return there.status();
  if (!*there) return GatewayBug("a key that cannot be added is not there");
  const KeyRow row{static_cast<KeyState>(find.Integer(0)), std::string(find.Bytes(1)),
                   std::string(find.Bytes(2))};
  // The file is one process's: another one that claimed something has ended.
  KeyClaim claim{JudgeKey(row, key.content, run_id_, false), ""};
  if (claim.found == KeyFound::kAnswered) claim.answer = std::string(find.Bytes(3));
  find.Reset();
  return claim;
}

absl::Status CallKeyRows::Settle(const CallKey& key, const KeyEnd& end) {
  const auto run = [&](Statement& statement) {
    return statement.Bind(key.key).Bind(key.content).Bind(run_id_).Run();
  };
  switch (end.kind) {
    case KeyEnd::Kind::kAnswered:
      return run(statements_.answer.Bind(end.answer));
    case KeyEnd::Kind::kFree:
      return run(statements_.release);
    case KeyEnd::Kind::kLost:
      break;
  }
  return run(statements_.lose);
}

absl::StatusOr<bool> CallKeyRows::HasAged(absl::Duration lived, absl::Duration retention) {
  const absl::StatusOr<bool> row = statements_.oldest.Step();
  if (!row.ok()) return row.status();
  const bool aged = *row && statements_.oldest.Integer(0) < Micros(lived - retention);
  const bool due = *row && lived - noted_ >= kNoteEvery;
  statements_.oldest.Reset();
  return aged || due;
}

absl::StatusOr<int64_t> CallKeyRows::RemoveAged(absl::Duration lived, absl::Duration retention) {
  const absl::Status removed =
      statements_.remove.Bind(kKeysPerStep).Bind(Micros(lived - retention)).Run();
  if (!removed.ok()) return removed;
  const int64_t count = database_->changes();
  if (absl::Status noted = statements_.note.Bind(Micros(lived)).Run(); !noted.ok()) return noted;
  noted_ = lived;
  return count;
}

absl::StatusOr<absl::Duration> ReadLived(Database& database) {
  const absl::StatusOr<int64_t> noted = database.QueryInteger("SELECT lived_us FROM log");
  if (!noted.ok()) return noted.status();
  // What was claimed after the last note.
  const absl::StatusOr<int64_t> newest = database.QueryInteger(
      "SELECT COALESCE((SELECT claimed_us FROM call_key ORDER BY id DESC LIMIT 1), 0)");
  if (!newest.ok()) return newest.status();
  return absl::Microseconds(std::max(*noted, *newest));
}

absl::StatusOr<int64_t> EraseAnswers(Database& database, absl::string_view subject, int64_t limit) {
  absl::StatusOr<Statement> erase = database.Prepare(
      "UPDATE call_key SET state = 3, content_digest = x'', subject_digest = NULL, "
      "sealed_answer = x'' WHERE id IN (SELECT id FROM call_key WHERE subject_digest = ? "
      "LIMIT ?)");
  if (!erase.ok()) return erase.status();
  if (absl::Status erased = erase->Bind(subject).Bind(limit).Run(); !erased.ok()) return erased;
  return database.changes();
}

}  // namespace kyc::events
