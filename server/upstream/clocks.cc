#include "server/upstream/clocks.h"

#include <utility>

namespace kyc::upstream {

SendHttp MoveDeadline(SendHttp next, Now from, Now to) {
  return [next = std::move(next), from = std::move(from), to = std::move(to)](
             const CallContext& context, HttpRequest request, OnResponse done) {
    CallContext moved = context;
    moved.deadline = to() + (context.deadline - from());
    next(moved, std::move(request), std::move(done));
  };
}

}  // namespace kyc::upstream
