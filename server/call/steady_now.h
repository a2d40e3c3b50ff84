// The clock on which intervals are measured.
#ifndef SERVER_CALL_STEADY_NOW_H_
#define SERVER_CALL_STEADY_NOW_H_

#include <chrono>

#include "absl/time/time.h"

namespace kyc {

// Never steps, unlike absl::Now(). Comparable only with itself: where it began means nothing.
inline absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace kyc

#endif  // SERVER_CALL_STEADY_NOW_H_
