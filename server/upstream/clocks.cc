#include "server/upstream/clocks.h"

#include <chrono>
#include <utility>

namespace kyc::upstream {

absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

SendHttp MoveDeadline(SendHttp next, Now from, Now to) {
  return [next = std::move(next), from = std::move(from), to = std::move(to)](
             const CallContext& context, HttpRequest request, OnResponse done) {
    CallContext moved = context;
    moved.deadline = to() + (context.deadline - from());
    next(moved, std::move(request), std::move(done));
  };
}

}  // namespace kyc::upstream
