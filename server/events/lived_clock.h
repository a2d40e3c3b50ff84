// How long the processes over a log have run in all. Pure: no wall clock that is set moves it, and
// no time that nothing runs. So what is kept for a time by it is kept at least so long.
#ifndef SERVER_EVENTS_LIVED_CLOCK_H_
#define SERVER_EVENTS_LIVED_CLOCK_H_

#include <algorithm>

#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::events {

// Of a log that is one process's. One thread's.
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

// Of a log that many processes share: it says how far any of them was, and each goes on from there
// by its own steady clock. So one second is counted once, however many run. One thread's.
class SharedLivedClock {
 public:
  // `noted`: as the log says, read before the steady clock was.
  absl::Duration At(absl::Duration since_boot, absl::Duration noted) {
    if (read_.has_value()) lived_ += std::max(since_boot - *read_, absl::ZeroDuration());
    read_ = since_boot;
    return lived_ = std::max(lived_, noted);
  }

 private:
  absl::Duration lived_;
  absl::optional<absl::Duration> read_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LIVED_CLOCK_H_
