#include "server/rpc/admission.h"

#include <utility>

#include "absl/time/clock.h"

namespace kyc::rpc {

Admission::WaitId Admission::Take(int64_t bytes, OnGranted granted) {
  if (waiting_.empty() && taken_ + bytes <= capacity_) {
    taken_ += bytes;
    std::move(granted)(true);
    return 0;
  }
  if (waiting_.size() >= max_waiting_ || wait_ <= absl::ZeroDuration()) {
    std::move(granted)(false);
    return 0;
  }
  const WaitId id = ++last_id_;
  waiting_.emplace(id, Waiting{bytes, absl::Now() + wait_, std::move(granted)});
  ArmTimer();
  return id;
}

void Admission::Forget(WaitId id) {
  waiting_.erase(id);
  GrantWaiting();
}

void Admission::GiveBack(int64_t bytes) {
  taken_ -= bytes;
  GrantWaiting();
}

void Admission::GrantWaiting() {
  while (!waiting_.empty() && taken_ + waiting_.begin()->second.bytes <= capacity_) {
    Waiting first = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    taken_ += first.bytes;
    std::move(first.granted)(true);
  }
}

void Admission::RefuseExpired() {
  timer_ = 0;
  const absl::Time now = absl::Now();
  while (!waiting_.empty() && waiting_.begin()->second.until <= now) {
    Waiting first = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    std::move(first.granted)(false);
  }
  GrantWaiting();
  ArmTimer();
}

void Admission::ArmTimer() {
  if (timer_ != 0 || waiting_.empty()) return;
  timer_ = loop_.At(waiting_.begin()->second.until, [this] { RefuseExpired(); });
}

}  // namespace kyc::rpc
