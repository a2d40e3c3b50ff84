// Durations as operators read them.
#ifndef SERVER_EVENTS_DURATION_TEXT_H_
#define SERVER_EVENTS_DURATION_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace kyc::events {

// To the nearest second: two readings of clocks are never of exactly the same moment.
inline std::string DurationText(absl::Duration duration) {
  return absl::FormatDuration(absl::Floor(duration + absl::Milliseconds(500), absl::Seconds(1)));
}

}  // namespace kyc::events

#endif  // SERVER_EVENTS_DURATION_TEXT_H_
