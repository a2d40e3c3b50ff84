#include "server/rpc/admission.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "server/call/steady_now.h"

namespace kyc::rpc {

Admission::WaitId Admission::Reserve(OnGranted granted) {
  if (waiting_.empty() && HasRoom()) {
    ++reading_;
    std::move(granted)(true);
    return 0;
  }
  const bool no_patience = IsFull() && limits_.patience <= absl::ZeroDuration();
  if (waiting_.size() >= limits_.max_waiting || no_patience) {
    std::move(granted)(false);
    return 0;
  }
  const WaitId id = ++last_id_;
  waiting_.emplace(id, Waiting{SteadyNow(), std::move(granted)});
  ArmTimer();
  return id;
}

void Admission::Forget(WaitId id) { waiting_.erase(id); }

void Admission::Settle(int64_t bytes) {
  --reading_;
  held_ += bytes;
  GrantWaiting();
}

void Admission::GiveBack(int64_t bytes) {
  held_ -= bytes;
  GrantWaiting();
}

void Admission::GrantWaiting() {
  while (!waiting_.empty() && HasRoom()) {
    Waiting first = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++reading_;
    std::move(first.granted)(true);
  }
}

absl::Time Admission::PatienceEnds() const {
  return waiting_.begin()->second.since + (IsFull() ? limits_.patience : kReadPatience);
}

void Admission::RefuseExpired() {
  timer_ = 0;
  const absl::Time now = SteadyNow();
  while (!waiting_.empty() && PatienceEnds() <= now) {
    Waiting first = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    std::move(first.granted)(false);
  }
  ArmTimer();
}

void Admission::ArmTimer() {
  if (timer_ != 0 || waiting_.empty()) return;
  // Looks again soon even if the patience is long now: messages being read may fill the capacity.
  const absl::Duration soon = std::max(limits_.patience, absl::Milliseconds(10));
  timer_ = loop_.At(absl::Now() + std::min(PatienceEnds() - SteadyNow(), soon),
                    [this] { RefuseExpired(); });
}

}  // namespace kyc::rpc
