#include "server/events/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"
#include "server/events/sqlite/disk_room.h"
#include "server/events/sqlite/trim_pace.h"

namespace kyc::events {
namespace {

// Bounds how long a transaction gets.
constexpr size_t kMaxBatch = 1024;
// What a disk that was full must have before the log counts as writable again, unless a commit
// shows it: far more than a notification or a reply that is kept.
constexpr int64_t kRoomToGoOn = 4 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Start(const LogFile& file, WriterOptions options) {
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(file, options.quarantine);
  if (!session.ok()) return session.status();
  const absl::StatusOr<Ends> ends = (*session)->ends();
  if (!ends.ok()) return ends.status();
  absl::StatusOr<std::unique_ptr<Keeper>> keeper = Keeper::Make((*session)->database(),
                                                                {.retention = options.retention,
                                                                 .interval = options.trim_interval,
                                                                 .notice = options.trim_notice,
                                                                 .metrics = options.metrics,
                                                                 .log = options.log},
                                                                options.clock(), options.boot_id);
  if (!keeper.ok()) return keeper.status();
  const absl::StatusOr<absl::Duration> lived = ReadLived((*session)->database());
  if (!lived.ok()) return lived.status();
  const LivedClock clock(*lived, options.clock().since_boot);
  std::unique_ptr<Writer> writer(
      new Writer(file, std::move(options), *std::move(session), *std::move(keeper), clock, *ends));
  writer->options_.metrics->LogWritable(true);
  writer->PublishQuarantine();
  writer->thread_ = std::thread([raw = writer.get()] { raw->Run(); });
  return writer;
}

Writer::Writer(const LogFile& file, WriterOptions options, std::unique_ptr<WriteSession> session,
               std::unique_ptr<Keeper> keeper, LivedClock lived, Ends ends)
    : file_(file),
      options_(std::move(options)),
      queue_(options_.max_waiting),
      session_(std::move(session)),
      keeper_(std::move(keeper)),
      lived_(lived),
      state_(*options_.metrics, options_.log),
      audit_(*options_.metrics, options_.log),
      ends_(ends) {}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

void Writer::Write(WriteRequest request) {
  const absl::Status refused = queue_.Push(request);
  if (!refused.ok()) Answer(request, refused);
}

Ends Writer::ends() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ends_;
}

void Writer::SetOnCommitted(EventLog::OnCommitted on_committed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_committed_ = std::move(on_committed);
}

void Writer::SetOnRewritten(EventLog::OnRewritten on_rewritten) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_rewritten_ = std::move(on_rewritten);
}

void Writer::Run() {
  TrimPace pace(SteadyNow());
  while (!queue_.Drained()) {
    const absl::Duration wait =
        state_.writable() ? std::min(pace.Wait(SteadyNow()), Pause()) : Pause();
    std::vector<WriteRequest> requests = queue_.Take(kMaxBatch, wait);
    const auto added = static_cast<int>(requests.size());
    if (added > 0) CommitAndAnswer(std::move(requests));
    if (added == 0 && !state_.writable()) Probe();
    Checkpoint();
    if (!pace.IsDue(added)) continue;
    bool behind = true;
    for (int steps = pace.steps(); behind && steps > 0; --steps) behind = Trim();
    pace.Took(behind, SteadyNow());
  }
}

void Writer::CommitAndAnswer(std::vector<WriteRequest> requests) {
  audit_.Withhold(requests);
  if (requests.empty()) return;
  const absl::Time begin = SteadyNow();
  absl::StatusOr<Committed> committed = Commit(requests);
  if (!committed.ok() && session_ != nullptr && session_->failed_at_notes()) {
    session_.reset();
    audit_.Failed(committed.status(), requests);
    if (requests.empty()) return Probe();
    committed = Commit(requests);
  }
  absl::Status status = committed.status();
  if (committed.ok()) {
    audit_.Committed(requests);
    PublishQuarantine();
    // Readers may see it from now on, so they are told of it whatever becomes of the answers.
    Publish(*std::move(committed), SteadyNow() - begin);
    status = session_->CheckFiles();
  }
  if (status.ok()) {
    SetWritable(status);
  } else {
    options_.metrics->CommitFailed();
    GiveUpSession(status);
  }
  for (WriteRequest& request : requests) Answer(request, status);
}

absl::StatusOr<Committed> Writer::Commit(std::vector<WriteRequest>& requests) {
  if (session_ != nullptr) LookAtFile(session_->CheckFiles());
  if (absl::Status opened = OpenSession(); !opened.ok()) return opened;
  const ClockReading now = options_.clock();
  return session_->Commit(requests, keeper_->Label(now), lived_.At(now.since_boot),
                          options_.before_commit);
}

void Writer::Publish(Committed committed, absl::Duration took) {
  options_.metrics->Committed(static_cast<int64_t>(committed.events.size()), committed.repeats,
                              took);
  if (committed.events.empty() && !committed.rewritten) return;
  EventLog::OnCommitted on_committed;
  EventLog::OnRewritten on_rewritten;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!committed.events.empty()) {
      ends_.newest = committed.events.back().position;
      on_committed = on_committed_;
    }
    if (committed.rewritten) on_rewritten = on_rewritten_;
  }
  if (on_committed != nullptr) {
    on_committed(std::make_shared<const std::vector<Event>>(std::move(committed.events)));
  }
  if (on_rewritten != nullptr) on_rewritten();
}

bool Writer::Trim() {
  if (session_ != nullptr) LookAtFile(session_->CheckHead());
  if (session_ == nullptr) {
    if (state_.writable()) Probe();
    return false;
  }
  const absl::StatusOr<bool> more = TrimStep();
  absl::Status status = more.status();
  if (status.ok()) status = AgeQuarantine();
  const absl::StatusOr<bool> more_keys = status.ok() ? AgeCallKeys() : status;
  const absl::StatusOr<Ends> ends = more_keys.ok() ? session_->ends() : more_keys.status();
  if (!ends.ok()) {
    GiveUpSession(ends.status());
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  ends_ = *ends;
  return *more || *more_keys;
}

absl::StatusOr<bool> Writer::TrimStep() {
  return keeper_->Turn(session_->database(), ends_, options_.clock());
}

absl::Status Writer::AgeQuarantine() {
  const absl::StatusOr<int64_t> removed = session_->AgeQuarantine(keeper_->aged_to());
  if (!removed.ok()) return removed.status();
  if (*removed == 0) return absl::OkStatus();
  options_.metrics->QuarantineAged(*removed);
  PublishQuarantine();
  if (options_.log != nullptr) {
    options_.log(absl::StrCat("quarantine: ", *removed, " entries removed because of their age"));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Writer::AgeCallKeys() {
  return session_->AgeCallKeys(lived_.At(options_.clock().since_boot), options_.key_retention);
}

void Writer::PublishQuarantine() { state_.SetQuarantineUsed(session_->quarantine_used_ratio()); }

void Writer::Checkpoint() {
  if (session_ == nullptr) return;
  options_.metrics->WriteAheadLogBytes(session_->write_ahead_log_bytes());
  const absl::Status status = session_->Checkpoint(SteadyNow(), *options_.metrics);
  if (!status.ok()) GiveUpSession(status);
}

absl::Duration Writer::Pause() const {
  return state_.writable() ? keeper_->Pause(ends_, options_.clock()) : options_.probe_interval;
}

void Writer::Probe() {
  absl::Status status = OpenSession();
  if (status.ok()) status = session_->Probe();
  // A page may fit where a notification does not: then each would be a fault of its own, begun and
  // over within a millisecond, of which no alert and nobody who reads the log can make sense.
  if (status.ok()) status = RoomBeside(file_.path, kRoomToGoOn);
  if (!status.ok()) session_.reset();
  SetWritable(status);
}

void Writer::LookAtFile(const absl::Status& checked) {
  if (checked.ok()) return;
  session_.reset();
  const bool moved = !file_.identity.Check().ok();
  if (!moved && options_.on_written_over != nullptr) options_.on_written_over();
}

void Writer::SetWritable(const absl::Status& status) {
  if (absl::IsDataLoss(status) && options_.on_damage != nullptr) options_.on_damage(status);
  state_.SetWritable(status);
}

absl::Status Writer::OpenSession() {
  if (session_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(file_, options_.quarantine);
  if (!session.ok()) return session.status();
  const absl::Status holds = (*session)->CheckHolds(ends().newest);
  if (!holds.ok()) return holds;
  session_ = *std::move(session);
  return absl::OkStatus();
}

void Writer::GiveUpSession(const absl::Status& why) {
  session_.reset();
  SetWritable(why);
}

}  // namespace kyc::events
