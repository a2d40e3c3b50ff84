// The time by which retention judges ages. Pure.
#ifndef SERVER_EVENTS_AGE_CLOCK_H_
#define SERVER_EVENTS_AGE_CLOCK_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace kyc::events {

// Moves with the steady clock, never faster; falls behind with the believed time, never ahead of
// it. When the believed time is ahead (after a restart, or once a jump is believed), it catches up
// only if that is no more than usual. One thread's.
class AgeClock {
 public:
  // So far it may catch up whatever that makes due.
  static constexpr absl::Duration kUsual = absl::Hours(24);
  // Beyond, it may if that makes no more than this part of the events due.
  static constexpr int64_t kUsualPart = 10;

  AgeClock(absl::Time time, absl::Duration since_boot) : time_(time), read_(since_boot) {}

  // The time now, by the same steady clock each time.
  absl::Time At(absl::Time believed, absl::Duration since_boot) {
    time_ = std::min(believed, time_ + std::max(since_boot - read_, absl::ZeroDuration()));
    read_ = since_boot;
    return time_;
  }
  absl::Time time() const { return time_; }

  // Whether it may go on from `believed` at once. `more` of the `kept` events would become due.
  bool MayCatchUp(absl::Time believed, int64_t more, int64_t kept) const {
    return believed - time_ <= kUsual || more <= kept / kUsualPart;
  }
  void CatchUp(absl::Time believed) { time_ = believed; }

 private:
  absl::Time time_;
  absl::Duration read_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_AGE_CLOCK_H_
