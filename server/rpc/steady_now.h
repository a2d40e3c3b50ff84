// The time by a clock that nobody sets: for intervals.
#ifndef SERVER_RPC_STEADY_NOW_H_
#define SERVER_RPC_STEADY_NOW_H_

#include <chrono>

#include "absl/time/time.h"

namespace kyc::rpc {

// Comparable with itself only.
inline absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace kyc::rpc

#endif  // SERVER_RPC_STEADY_NOW_H_
