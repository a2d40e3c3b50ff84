// What ends a call from outside: a drain, its deadline, its phase's limit, the lack of memory.
#include "server/call/error.h"
#include "server/rpc/call.h"
#include "server/rpc/refusals.h"

namespace kyc::rpc {
namespace {

// Where memory is short, a message may be on its way for so long.
constexpr absl::Duration kShortRead = absl::Milliseconds(250);
// What a method that keeps its deadline by itself may need to say so.
constexpr absl::Duration kToSaySo = absl::Milliseconds(100);

}  // namespace

void Call::BeginDrain() {
  if (steps_ != nullptr) steps_->OnDrain();
}

void Call::Stop(Stopped why) {
  if (!state_.Stop(scope_.loop.now())) return;
  stopped_ = why;
  cancel_.request_stop();  // The answer ends the call, or the limit of this phase does.
}

void Call::EndByDrain() {
  if (state_.phase() == Phase::kHandling) return Stop(Stopped::kByDrain);
  if (state_.phase() != Phase::kStopping) End(Draining(Outcome::kNotSent), nullptr);
}

absl::Status Call::AfterStop(absl::Status status) const {
  if (stopped_ == Stopped::kNo || ReasonOf(status) != "CALLER_CANCELLED") return status;
  const bool not_sent = MetadataOf(status, "outcome") == OutcomeText(Outcome::kNotSent);
  const Outcome outcome = not_sent ? Outcome::kNotSent : Outcome::kUnknown;
  return stopped_ == Stopped::kByDrain ? Draining(outcome) : DeadlineOver(outcome);
}

// One that keeps its deadline by itself is given the time to say so.
absl::Time Call::Deadline() const {
  const bool says_so = state_.phase() == Phase::kHandling && method_->keeps_deadline;
  return says_so ? context_.deadline + kToSaySo : context_.deadline;
}

void Call::EndIfOverdue(absl::Time now) {
  const absl::Time deadline = Deadline();
  if (!state_.IsOverdue(now, deadline, scope_.draining())) return;
  const bool late = now > deadline;
  switch (state_.phase()) {
    case Phase::kWaiting:
      return End(late ? DeadlineOver(Outcome::kNotSent) : Overloaded(), nullptr);
    case Phase::kReading:
      return End(RequestTooSlow(), nullptr);
    case Phase::kHandling:
      if (method_->keeps_deadline) return Stop(Stopped::kByDeadline);
      cancel_.request_stop();
      return End(DeadlineOver(Outcome::kUnknown), nullptr);
    case Phase::kStopping:
      return End(stopped_ == Stopped::kByDrain ? Draining(Outcome::kUnknown)
                                               : DeadlineOver(Outcome::kUnknown),
                 nullptr);
    case Phase::kOpen:
    case Phase::kWriting:
      return late ? End(DeadlineOver(Outcome::kNotSent), nullptr) : Cut(NotTaken());
    default:
      return Cut(status_);
  }
}

void Call::EndLongRead(absl::Time now) {
  if (state_.phase() == Phase::kReading) {
    if (now - state_.since() > kShortRead) End(Overloaded(), nullptr);
  } else if (state_.phase() == Phase::kFinishing && state_.Owes(Owed::kRead)) {
    Cut(status_);  // Its caller does not take the end, and gRPC takes its message until then.
  }
}

bool Call::ReadsLittle() const {
  return method_ != nullptr && method_->max_request_bytes <= kSmallRequest;
}

// Its caller does not take what it is sent.
void Call::Cut(const absl::Status& status) {
  status_ = status;
  cut_ = true;
  state_.Leave(scope_.loop.now());
  server_context_.TryCancel();
  LetGo();
}

}  // namespace kyc::rpc
