#include "server/events/postgres/writer.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/steady_now.h"

namespace kyc::events::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// Bounds how long a transaction gets.
constexpr size_t kMaxBatch = 256;

// What senders and callers are told of a log whose history is lost: for them it cannot be reached.
absl::Status ForWriters(const absl::Status& status) {
  if (ReasonOf(status) == "LOG_UNREACHABLE") return status;
  return Unreachable("its server lacks events that were acknowledged");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Start(LogContext& context, WriterOptions options,
                                                      LabelClock label) {
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(context, options.quarantine);
  if (!session.ok()) return session.status();
  if (absl::Status proven = (*session)->Probe(); !proven.ok()) return proven;
  if (absl::Status looked = (*session)->LookAround(); !looked.ok()) return looked;
  std::unique_ptr<Writer> writer(
      new Writer(context, std::move(options), std::move(label), *std::move(session)));
  context.metrics->LogWritable(true);
  writer->PublishQuarantine();
  writer->audit_.SetAllowed(writer->session_->may_note());
  writer->thread_ = std::thread([raw = writer.get()] { raw->Run(); });
  return writer;
}

Writer::Writer(LogContext& context, WriterOptions options, LabelClock label,
               std::unique_ptr<WriteSession> session)
    : context_(context),
      options_(std::move(options)),
      queue_(options_.max_waiting),
      label_(std::move(label)),
      session_(std::move(session)),
      look_due_(SteadyNow() + options_.look_interval),
      state_(*context.metrics, context.say),
      audit_(*context.metrics, context.say) {}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

void Writer::Write(WriteRequest request) {
  const absl::Status refused = queue_.Push(request);
  if (!refused.ok()) Answer(request, refused);
}

void Writer::Run() {
  while (!queue_.Drained()) {
    // All that wait share the answer of a primary that cannot be reached.
    const size_t most = state_.writable() ? kMaxBatch : static_cast<size_t>(options_.max_waiting);
    std::vector<WriteRequest> requests =
        queue_.Take(most, state_.writable() ? options_.look_interval : options_.probe_interval);
    if (!requests.empty()) {
      CommitAndAnswer(std::move(requests));
    } else if (!queue_.Drained()) {
      Probe();  // Whoever writes nothing must not look healthy when it is cut off.
    }
    LookAround();
  }
}

void Writer::LookAround() {
  if (session_ == nullptr || SteadyNow() < look_due_) return;
  look_due_ = SteadyNow() + options_.look_interval;
  if (session_->LookAround().ok()) {
    PublishQuarantine();
    audit_.SetAllowed(session_->may_note());
  } else {
    session_.reset();  // Whoever writes next opens it anew.
  }
}

void Writer::PublishQuarantine() { state_.SetQuarantineUsed(session_->quarantine_used_ratio()); }

void Writer::CommitAndAnswer(std::vector<WriteRequest> requests) {
  if (!state_.writable()) Probe();
  for (auto begin = requests.begin(); begin != requests.end();) {
    const auto left = static_cast<size_t>(requests.end() - begin);
    const auto end =
        begin + static_cast<std::ptrdiff_t>(state_.writable() ? std::min(left, kMaxBatch) : left);
    WriteBatch batch;
    absl::StatusOr<WriteSession::Committed> committed = Unreachable("it was lost a moment ago");
    batch.requests.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    if (state_.writable()) {
      audit_.Withhold(batch.requests);
      batch = PrepareBatch(std::move(batch.requests), context_.log);
      committed = Commit(batch);
    }
    for (WriteRequest& request : batch.requests) Answer(request, committed.status());
    begin = end;
  }
}

absl::StatusOr<WriteSession::Committed> Writer::Commit(WriteBatch& batch) {
  const Clock::time_point began = Clock::now();
  const Clock::time_point retried_until = began + absl::ToChronoNanoseconds(options_.retry_limit);
  absl::StatusOr<WriteSession::Committed> committed = WriteSession::Committed();
  for (int attempt = 0; attempt < 2 && !batch.requests.empty(); ++attempt) {
    Fate fate = Fate::kNotCommitted;
    committed = Attempted(batch, fate);
    if (committed.ok()) {
      audit_.Committed(batch.requests);
      PublishQuarantine();
      context_.metrics->Committed(committed->appended, committed->repeats,
                                  absl::FromChrono(Clock::now() - began));
      break;
    }
    if (fate == Fate::kNotesRefused) {
      // What came with them has its two attempts yet.
      audit_.Failed(committed.status(), batch.requests);
      committed = WriteSession::Committed();
      attempt = -1;
      continue;
    }
    context_.metrics->CommitFailed();
    if (Clock::now() > retried_until) break;
  }
  state_.SetWritable(committed.status());
  if (!committed.ok()) return ForWriters(committed.status());
  return committed;
}

absl::StatusOr<WriteSession::Committed> Writer::Attempted(WriteBatch& batch, Fate& fate) {
  if (absl::Status opened = OpenSession(); !opened.ok()) return opened;
  if (options_.before_commit != nullptr) options_.before_commit();
  const absl::optional<Attempt> unsure = unsure_;
  absl::StatusOr<WriteSession::Committed> committed =
      session_->Commit(batch, label_.At(options_.clocks()), unsure, fate);
  if (unsure.has_value() && (committed.ok() || fate == Fate::kUnknown)) {
    FoundOut(session_->found_unsure());
  }
  if (!committed.ok()) {
    if (fate == Fate::kUnknown) unsure_ = session_->attempt();
    const bool refused = fate != Fate::kNotesRefused && !SqlStateOf(committed.status()).empty();
    if (refused) rehearsal_due_ = SteadyNow();
    session_.reset();
  }
  return committed;
}

void Writer::FoundOut(bool committed) {
  unsure_.reset();
  context_.metrics->UnknownCommitFoundOut(committed);
  context_.say(absl::StrCat("a commit of the event log whose end was not seen had ",
                            committed ? "been made" : "not been made"));
}

void Writer::Probe() {
  if (rehearsal_due_.has_value() && SteadyNow() < *rehearsal_due_) return;
  absl::Status status = OpenSession();
  if (status.ok() && rehearsal_due_.has_value()) status = Rehearse();
  if (status.ok()) status = session_->Probe();
  if (!status.ok()) session_.reset();
  state_.SetWritable(status);
}

// Whoever locks and reads only would find a server whose disk is full writable, until the next
// notification: a fault of its own for each, of which no alert and nobody who reads the log can
// make sense.
absl::Status Writer::Rehearse() {
  absl::Status status = session_->Rehearse();
  if (status.ok()) {
    rehearsal_due_.reset();
  } else if (!SqlStateOf(status).empty()) {
    rehearsal_due_ = SteadyNow() + options_.rehearse_interval;
  }
  return status;
}

absl::Status Writer::OpenSession() {
  if (session_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<WriteSession>> session =
      WriteSession::Open(context_, options_.quarantine);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  return absl::OkStatus();
}

}  // namespace kyc::events::postgres
