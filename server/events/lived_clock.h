// How long the processes over a log have run in all. Pure.
#ifndef SERVER_EVENTS_LIVED_CLOCK_H_
#define SERVER_EVENTS_LIVED_CLOCK_H_

#include <algorithm>

#include "absl/time/time.h"

namespace kyc::events {

// Moves with the steady clock and with nothing else: not by a wall clock that is set, not while
// nothing runs. So what is kept for a time by it is kept at least so long. One thread's.
class LivedClock {
 public:
  LivedClock(absl::Duration lived, absl::Duration since_boot) : lived_(lived), read_(since_boot) {}

  // By the same steady clock each time.
  absl::Duration At(absl::Duration since_boot) {
    lived_ += std::max(since_boot - read_, absl::ZeroDuration());
    read_ = since_boot;
    return lived_;
  }

 private:
  absl::Duration lived_;
  absl::Duration read_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LIVED_CLOCK_H_
