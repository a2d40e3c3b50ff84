#include "server/events/sqlite/write_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/kept_body.h"
#include "server/events/log_damage.h"
#include "server/events/sqlite/audit_rows.h"
#include "server/events/sqlite/personal_rows.h"
#include "server/events/sqlite/reseal_rows.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/usage_rows.h"

namespace kyc::events {
namespace {

constexpr int64_t kFrameBytes = 24 + 4096;
constexpr int64_t kWalHeaderBytes = 32;

absl::Status WrittenOver() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "Somebody else wrote over the event log's file; it is looked at anew";
  return ToStatus(error);
}

}  // namespace

WriteSession::WriteSession(Database database, const LogFile& file, QuarantineLimits limits)
    : database_(std::move(database)), file_(file), limits_(limits) {}

absl::StatusOr<std::unique_ptr<WriteSession>> WriteSession::Open(const LogFile& file,
                                                                 QuarantineLimits limits) {
  // Before it, because opening makes the files beside it that are not there.
  if (absl::Status same = file.identity.Check(); !same.ok()) return same;
  absl::StatusOr<Database> database = Database::Open(file.path, Database::Use::kWrite);
  if (!database.ok()) return database.status();
  std::unique_ptr<WriteSession> session(new WriteSession(*std::move(database), file, limits));
  if (absl::Status status = session->Prepare(); !status.ok()) return status;
  return session;
}

absl::Status WriteSession::Prepare() {
  const absl::StatusOr<std::string> log_id = LogIdOf(database_);
  if (!log_id.ok()) return log_id.status();
  if (*log_id != file_.log_id) return LogDamaged("its file holds another log now, or none");
  database_.LeaveCheckpointsToCaller();
  // A process that was killed between writing and syncing leaves commits that can be read but are
  // not yet durable. A repeat of one of them is answered without writing, so sync them first. A
  // checkpoint alone would not where somebody's reading makes it vain; a commit does, as it syncs
  // the write-ahead log with all that is in it.
  const absl::StatusOr<bool> moved = Move(CheckpointPace::Step::kMove);
  if (!moved.ok()) return moved.status();
  if (absl::Status status = Probe(); !status.ok()) return status;
  if (absl::Status same = file_.identity.Check(); !same.ok()) return same;

  absl::StatusOr<EventWriter> events = EventWriter::Prepare(database_, file_);
  if (!events.ok()) return events.status();
  events_.emplace(*std::move(events));
  absl::StatusOr<QuarantineWriter> quarantine =
      QuarantineWriter::Prepare(database_, file_, limits_);
  if (!quarantine.ok()) return quarantine.status();
  quarantine_.emplace(*std::move(quarantine));
  absl::StatusOr<CallKeyRows> call_keys = CallKeyRows::Prepare(database_, file_.run_id);
  if (!call_keys.ok()) return call_keys.status();
  call_keys_.emplace(*std::move(call_keys));
  return absl::OkStatus();
}

absl::StatusOr<Committed> WriteSession::Commit(std::vector<WriteRequest>& requests, absl::Time now,
                                               absl::Duration lived,
                                               const std::function<void()>& before_commit) {
  lived_ = lived;
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  Committed committed;
  // First, while nothing of the other requests is used up.
  if (absl::Status noted = WriteNotes(requests, now); !noted.ok()) return noted;
  for (WriteRequest& request : requests) {
    const auto write = [&](auto& each) { return Write(each, now, committed); };
    if (absl::Status status = std::visit(write, request); !status.ok()) return status;
  }
  if (before_commit != nullptr) before_commit();
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  if (committed.rewritten) holds_erased_ = true;
  return committed;
}

absl::Status WriteSession::WriteNotes(const std::vector<WriteRequest>& requests, absl::Time now) {
  for (const WriteRequest& request : requests) {
    const auto* noted = std::get_if<NoteRequest>(&request);
    if (noted == nullptr) continue;
    absl::Status written = WriteAudit(database_, file_, noted->notes, now);
    failed_at_notes_ = !written.ok();
    if (failed_at_notes_) return written;
  }
  return absl::OkStatus();
}

absl::Status WriteSession::CheckFiles() const {
  const int64_t frames = database_.frames();
  return file_.identity.Check(
      {database_bytes_, frames == 0 ? 0 : kWalHeaderBytes + frames * kFrameBytes});
}

absl::Status WriteSession::CheckHead() {
  if (absl::Status same = CheckFiles(); !same.ok()) return same;
  const absl::StatusOr<std::string> head = database_.Head();
  if (!head.ok()) return head.status();
  return *head == head_ ? absl::OkStatus() : WrittenOver();
}

absl::Status WriteSession::CheckHolds(Position told) {
  const absl::StatusOr<Place> place = PlaceAt(database_, told.sequence);
  if (!place.ok()) return place.status();
  if (PositionOf(*place) == told) return absl::OkStatus();
  return LogDamaged(absl::StrCat("event ", told.sequence, ", which was stored, is not there"));
}

absl::StatusOr<int64_t> WriteSession::AgeQuarantine(absl::Time now) {
  const absl::StatusOr<bool> due = quarantine_->HasAged(now);
  if (!due.ok()) return due.status();
  if (!*due) return 0;
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> removed = quarantine_->RemoveAged(now);
  if (!removed.ok()) return removed.status();
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return removed;
}

absl::StatusOr<bool> WriteSession::AgeCallKeys(absl::Duration lived, absl::Duration retention) {
  const absl::StatusOr<bool> due = call_keys_->HasAged(lived, retention);
  if (!due.ok() || !*due) return due;
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> removed = call_keys_->RemoveAged(lived, retention);
  if (!removed.ok()) return removed.status();
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return *removed == kKeysPerStep;
}

absl::Status WriteSession::Checkpoint(absl::Time now, Metrics& metrics) {
  if (holds_erased_) return EmptyOfErased();
  const int64_t frames = database_.frames();
  const CheckpointPace::Step step = pace_.Next(frames, now);
  if (step == CheckpointPace::Step::kNone) return absl::OkStatus();
  if (absl::Status same = CheckHead(); !same.ok()) return same;
  const absl::StatusOr<bool> all = Move(step);
  if (!all.ok()) return all.status();
  pace_.Took(database_.frames(), !*all, now);
  metrics.Checkpointed(!*all);
  return absl::OkStatus();
}

absl::StatusOr<bool> WriteSession::Move(CheckpointPace::Step step) {
  const absl::StatusOr<bool> all = step == CheckpointPace::Step::kEmpty
                                       ? database_.EmptyWriteAheadLog()
                                       : database_.Checkpoint();
  if (!all.ok()) return all;
  if (absl::Status noted = NoteFile(); !noted.ok()) return noted;
  return all;
}

absl::Status WriteSession::NoteFile() {
  absl::StatusOr<std::string> head = database_.Head();
  if (!head.ok()) return head.status();
  head_ = *std::move(head);
  database_bytes_ = file_.identity.BytesOf(0);
  return absl::OkStatus();
}

// Whoever reads what was before it holds it up, until the next turn.
absl::Status WriteSession::EmptyOfErased() {
  if (absl::Status same = CheckHead(); !same.ok()) return same;
  const absl::StatusOr<bool> emptied = Move(CheckpointPace::Step::kEmpty);
  if (!emptied.ok()) return emptied.status();
  holds_erased_ = !*emptied;
  return absl::OkStatus();
}

int64_t WriteSession::write_ahead_log_bytes() const { return database_.frames() * kFrameBytes; }

absl::Status WriteSession::Probe() {
  // Of all that leaves the content as it is, this surely writes a page.
  return database_.Execute(absl::StrCat("PRAGMA user_version = ", kSchemaVersion).c_str());
}

absl::Status WriteSession::Write(AppendRequest& request, absl::Time now, Committed& committed) {
  absl::StatusOr<EventWriter::Written> written =
      events_->Append(std::move(request.notification), now);
  if (!written.ok()) return written.status();
  request.answer = written->appended;
  if (written->event.has_value()) {
    committed.events.push_back(*std::move(written->event));
  } else {
    ++committed.repeats;
  }
  return absl::OkStatus();
}

absl::Status WriteSession::Write(KeepRequest& request, absl::Time now, Committed&) {
  const absl::StatusOr<bool> kept = quarantine_->Keep(request.body, now);
  if (!kept.ok()) return kept.status();
  request.answer = *kept ? absl::OkStatus() : QuarantineFull();
  return absl::OkStatus();
}

absl::Status WriteSession::Write(MarkRequest& request, absl::Time, Committed&) {
  const absl::StatusOr<bool> found = quarantine_->MarkRedriven(request.id, request.redriven);
  if (!found.ok()) return found.status();
  request.answer = *found ? absl::OkStatus() : QuarantinedNotFound();
  return absl::OkStatus();
}

absl::Status WriteSession::Write(ActRequest& request, absl::Time now, Committed& committed) {
  absl::StatusOr<absl::StatusOr<ActedOn>> acted = Act(database_, file_, request.act, now);
  if (!acted.ok()) return acted.status();
  request.answer = *std::move(acted);
  committed.rewritten = committed.rewritten || request.answer.ok();
  return absl::OkStatus();
}

absl::Status WriteSession::Write(ClaimRequest& request, absl::Time, Committed&) {
  absl::StatusOr<KeyClaim> claim = call_keys_->Claim(request.key, lived_);
  if (!claim.ok()) return claim.status();
  request.answer = *std::move(claim);
  return absl::OkStatus();
}

absl::Status WriteSession::Write(SettleRequest& request, absl::Time, Committed&) {
  return call_keys_->Settle(request.key, request.end);
}

absl::Status WriteSession::Write(UsageRequest& request, absl::Time, Committed&) {
  return WriteUsage(database_, file_.run_id, request.batch);
}

absl::Status WriteSession::Write(ResealRequest& request, absl::Time, Committed&) {
  const absl::StatusOr<ResealStep> step = Reseal(database_, file_, request.place);
  if (!step.ok()) return step.status();
  request.answer = *step;
  // What the keys that are retired had sealed is in it as it was.
  if (request.place.part == ResealPlace::Part::kEnd) holds_erased_ = true;
  return absl::OkStatus();
}

absl::Status WriteSession::Write(DiscardRequest& request, absl::Time, Committed&) {
  const absl::StatusOr<bool> found = quarantine_->Discard(request.id);
  if (!found.ok()) return found.status();
  request.answer = *found ? absl::OkStatus() : QuarantinedNotFound();
  return absl::OkStatus();
}

}  // namespace kyc::events
