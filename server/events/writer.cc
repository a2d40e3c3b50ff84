#include "server/events/writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::events {
namespace {

// Bounds how long a transaction gets.
constexpr size_t kMaxBatch = 1024;
// Under a load that never pauses, retention still gets its turn after so many requests; and while
// more is due than a step removes, it removes twice as much as is added.
constexpr int kAddedPerTurn = 1024;
constexpr int kAddedPerStep = kRowsPerTrimStep / 2;

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Start(const LogFile& file, WriterOptions options) {
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(file, options.quarantine);
  if (!session.ok()) return session.status();
  const absl::StatusOr<Ends> ends = (*session)->ends();
  if (!ends.ok()) return ends.status();
  std::unique_ptr<Writer> writer(new Writer(file, std::move(options), *std::move(session), *ends));
  writer->options_.metrics->LogWritable(true);
  writer->PublishQuarantine();
  writer->thread_ = std::thread([raw = writer.get()] { raw->Run(); });
  return writer;
}

Writer::Writer(const LogFile& file, WriterOptions options, std::unique_ptr<WriteSession> session,
               Ends ends)
    : file_(file),
      options_(std::move(options)),
      queue_(options_.max_waiting),
      session_(std::move(session)),
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

void Writer::SetOnTrimming(EventLog::OnTrimming on_trimming) {
  int64_t through = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_trimming_ = on_trimming;
    if (trimming_.told) through = trimming_.through;
  }
  if (through > 0) on_trimming(through);
}

void Writer::Run() {
  bool trim_is_due = true;
  bool behind = false;  // More is due to be removed than one step has.
  int added_since_trim = 0;
  while (!queue_.Drained()) {
    std::vector<WriteRequest> requests =
        queue_.Take(kMaxBatch, trim_is_due ? absl::ZeroDuration() : Pause());
    const bool idle = requests.empty();
    added_since_trim += static_cast<int>(requests.size());
    if (!idle) CommitAndAnswer(std::move(requests));
    if (idle && !writable_) Probe();
    trim_is_due = true;
    if (idle || added_since_trim >= (behind ? kAddedPerStep : kAddedPerTurn)) {
      for (int steps = added_since_trim / kAddedPerStep; (behind = Trim()) && steps > 0;) --steps;
      trim_is_due = behind;
      added_since_trim = 0;
    }
  }
}

void Writer::CommitAndAnswer(std::vector<WriteRequest> requests) {
  const absl::Time begin = absl::Now();
#ifdef KYC_ANSWER_BEFORE_COMMIT
  // The deliberate defect that the tests must find: promises what is not yet kept.
  for (WriteRequest& request : requests) {
    std::visit([](auto& each) { std::exchange(each.done, [](auto) {})(each.answer); }, request);
  }
#endif
  absl::StatusOr<Committed> committed = Commit(requests);
  if (committed.ok()) {
    PublishQuarantine();
    Publish(*std::move(committed), absl::Now() - begin);
  } else {
    session_.reset();
    options_.metrics->CommitFailed();
  }
  SetWritable(committed.ok());
  for (WriteRequest& request : requests) Answer(request, committed.status());
}

absl::StatusOr<Committed> Writer::Commit(std::vector<WriteRequest>& requests) {
  if (absl::Status opened = OpenSession(); !opened.ok()) return opened;
  return session_->Commit(requests, options_.clock(), options_.before_commit);
}

void Writer::Publish(Committed committed, absl::Duration took) {
  options_.metrics->Committed(static_cast<int64_t>(committed.events.size()), committed.repeats,
                              took);
  if (committed.events.empty()) return;
  EventLog::OnCommitted on_committed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_.newest = committed.events.back().position;
    on_committed = on_committed_;
  }
  if (on_committed == nullptr) return;
  on_committed(std::make_shared<const std::vector<Event>>(std::move(committed.events)));
}

bool Writer::Trim() {
  if (session_ == nullptr) return false;
  const absl::StatusOr<bool> more = TrimStep();
  const absl::Status aged = more.ok() ? AgeQuarantine() : absl::OkStatus();
  const absl::StatusOr<Ends> ends = session_->ends();
  if (!more.ok() || !aged.ok() || !ends.ok()) {
    session_.reset();  // Whoever writes next opens it anew and is told what is wrong.
    SetWritable(false);
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  ends_ = *ends;
  return *more;
}

absl::StatusOr<bool> Writer::TrimStep() {
  const absl::Time now = options_.clock();
  if (trimming_.through <= ends_.oldest.sequence) {
    const absl::StatusOr<int64_t> due = session_->DueThrough(options_.retention, now);
    if (!due.ok()) return due.status();
    const std::lock_guard<std::mutex> lock(mutex_);
    trimming_ = {*due, now + options_.trim_notice / 2, now + options_.trim_notice};
  }
  if (now >= trimming_.tell) TellTrimming();
  const bool begun = trimming_.told && now >= trimming_.begin;
  return session_->TrimStep(options_.retention, now, begun ? trimming_.through : 0);
}

absl::Status Writer::AgeQuarantine() {
  const absl::StatusOr<int64_t> removed = session_->AgeQuarantine(options_.clock());
  if (!removed.ok()) return removed.status();
  if (*removed == 0) return absl::OkStatus();
  options_.metrics->QuarantineAged(*removed);
  PublishQuarantine();
  if (options_.log != nullptr) {
    options_.log(absl::StrCat("quarantine: ", *removed, " entries removed because of their age"));
  }
  return absl::OkStatus();
}

void Writer::PublishQuarantine() {
  const double ratio = session_->quarantine_used_ratio();
  if (quarantine_used_ratio_.exchange(ratio) != ratio) options_.metrics->QuarantineUsed(ratio);
}

void Writer::TellTrimming() {
  EventLog::OnTrimming on_trimming;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (trimming_.told || trimming_.through <= ends_.oldest.sequence) return;
    trimming_.told = true;
    on_trimming = on_trimming_;
  }
  if (on_trimming != nullptr) on_trimming(trimming_.through);
}

absl::Duration Writer::Pause() const {
  if (!writable_) return options_.probe_interval;
  if (trimming_.through <= ends_.oldest.sequence) return options_.trim_interval;
  const absl::Time next = trimming_.told ? trimming_.begin : trimming_.tell;
  return std::clamp(next - options_.clock(), absl::ZeroDuration(), options_.trim_interval);
}

void Writer::Probe() {
  absl::Status status = OpenSession();
  if (status.ok()) status = session_->Probe();
  if (!status.ok()) session_.reset();
  SetWritable(status.ok());
}

absl::Status Writer::OpenSession() {
  if (session_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(file_, options_.quarantine);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  return absl::OkStatus();
}

void Writer::SetWritable(bool writable) {
  if (writable_.exchange(writable) != writable) options_.metrics->LogWritable(writable);
}

}  // namespace kyc::events
