#include "server/rpc/call_state.h"

namespace kyc::rpc {
namespace {

// Where nothing is to be waited for, as for an end that comes late.
constexpr absl::Duration kStuck = absl::Seconds(1);
// A stream's producer ends it after kTakePatience and has five seconds more to say so.
constexpr absl::Duration kStreamPatience = absl::Seconds(36);
// Whoever was told to stop answers at once; what does not is not waited for.
constexpr absl::Duration kStopping = absl::Seconds(2);

}  // namespace

absl::Duration LimitOf(CallKind kind, Phase phase, bool hurried) {
  switch (phase) {
    case Phase::kArrived:  // No event lies between this phase and the next.
      return kStuck;
    case Phase::kWaiting:  // Who gives the room refuses earlier.
      return 2 * kReadPatience;
    case Phase::kReading:
      return kind == CallKind::kConversation ? kTakePatience : kReadPatience;
    case Phase::kHandling:  // The call's deadline.
      return absl::InfiniteDuration();
    case Phase::kStopping:
      return kStopping;
    case Phase::kOpen:  // As long as its caller likes: keepalive finds out whether that is there.
      return kind == CallKind::kStream ? absl::InfiniteDuration() : kStuck;
    case Phase::kLastWrite:  // Like any other message, so that the end is heard behind it.
      if (hurried) return kStuck;
      [[fallthrough]];
    case Phase::kWriting:
      return kind == CallKind::kStream ? kStreamPatience : kTakePatience;
    case Phase::kRefused:  // Anybody may have as many as he likes: none is kept for long.
      return kStuck;
    case Phase::kFinishing:
      return hurried ? kStuck : kTakePatience;
    case Phase::kGone:  // gRPC gives every tag of a cancelled call back by itself.
      return absl::InfiniteDuration();
  }
  return absl::ZeroDuration();
}

void CallState::MoveTo(Phase phase, absl::Time now) {
  phase_ = phase;
  since_ = now;
}

void CallState::Wait(absl::Time now) {
  const bool next = phase_ == Phase::kOpen && kind_ == CallKind::kConversation;
  if (phase_ == Phase::kArrived || next) MoveTo(Phase::kWaiting, now);
}

bool CallState::Read(absl::Time now) {
  if (phase_ != Phase::kWaiting) return false;
  Start(Owed::kRead);
  MoveTo(Phase::kReading, now);
  return true;
}

bool CallState::Write(absl::Time now) {
  if (phase_ != Phase::kOpen) return false;
  Start(Owed::kWrite);
  MoveTo(Phase::kWriting, now);
  return true;
}

bool CallState::Stop(absl::Time now) {
  if (phase_ != Phase::kHandling) return false;
  MoveTo(Phase::kStopping, now);
  return true;
}

CallState::End CallState::TryEnd(absl::Time now) {
  switch (phase_) {
    case Phase::kLastWrite:
    case Phase::kRefused:
    case Phase::kFinishing:
    case Phase::kGone:
      return End::kTooLate;
    case Phase::kArrived:
      Start(Owed::kFinish);
      MoveTo(Phase::kRefused, now);
      return End::kNow;
    case Phase::kWriting:
      MoveTo(Phase::kLastWrite, since_);
      decided_ = now;
      return End::kAfterWrite;
    default:
      Start(Owed::kFinish);
      MoveTo(Phase::kFinishing, now);
      return End::kNow;
  }
}

bool CallState::Leave(absl::Time now) {
  if (phase_ == Phase::kGone) return false;
  MoveTo(Phase::kGone, now);
  return true;
}

CallState::OnRead CallState::Message(bool ok, absl::Time now) {
  Back(Owed::kRead);
  if (phase_ != Phase::kReading) return OnRead::kNothing;
  if (!ok) return OnRead::kNoMore;
  if (kind_ == CallKind::kUnary) {
    Start(Owed::kAnswer);
    MoveTo(Phase::kHandling, now);
  } else {
    MoveTo(Phase::kOpen, now);
  }
  return OnRead::kHandle;
}

CallState::OnWritten CallState::Written(bool ok, absl::Time now) {
  Back(Owed::kWrite);
  if (phase_ != Phase::kWriting && phase_ != Phase::kLastWrite) return OnWritten::kNothing;
  if (!ok) {
    MoveTo(Phase::kGone, now);
    return OnWritten::kLost;
  }
  if (phase_ == Phase::kWriting) {
    MoveTo(Phase::kOpen, now);
    return OnWritten::kGoOn;
  }
  Start(Owed::kFinish);
  MoveTo(Phase::kFinishing, now);
  return OnWritten::kFinish;
}

bool CallState::Done(absl::Time now) {
  Back(Owed::kDone);
  if (phase_ == Phase::kFinishing || phase_ == Phase::kRefused) return false;
  MoveTo(Phase::kGone, now);
  return true;
}

bool CallState::Answer() {
  Back(Owed::kAnswer);
  return phase_ == Phase::kHandling || phase_ == Phase::kStopping;
}

// Whether its caller, its method or the lack of room still keeps it from its end.
bool CallState::IsUndecided() const {
  switch (phase_) {
    case Phase::kWaiting:
    case Phase::kReading:
    case Phase::kHandling:
    case Phase::kOpen:
    case Phase::kWriting:
      return true;
    default:
      return false;
  }
}

bool CallState::IsOverdue(absl::Time now, absl::Time deadline, bool draining) const {
  const bool late = now > deadline;
  if (late && IsUndecided()) return true;
  const bool hurried = late || draining;
  const absl::Time since = phase_ == Phase::kLastWrite && hurried ? decided_ : since_;
  return now - since > LimitOf(kind_, phase_, hurried);
}

}  // namespace kyc::rpc
