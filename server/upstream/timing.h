// Time and chance as functions, so that tests hold them in their hands.
#ifndef SERVER_UPSTREAM_TIMING_H_
#define SERVER_UPSTREAM_TIMING_H_

#include <functional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace kyc::upstream {

// All thread-safe.
// Some clock. What waits or counts by it reads a call's deadline as a time of the same clock.
using Now = std::function<absl::Time()>;
// Runs a task after a while, on any thread; earlier if the process ends. Returns at once.
using After = std::function<void(absl::Duration, absl::AnyInvocable<void() &&>)>;
// Evenly in [0, 1). Called by one thread at a time.
using Random = std::function<double()>;

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TIMING_H_
