// Who is told of what ended: a call, an attempt at an upstream, a notification.
#ifndef SERVER_CALL_ON_ENDED_H_
#define SERVER_CALL_ON_ENDED_H_

#include <functional>
#include <utility>

#include "server/call/answered_notification.h"
#include "server/call/ended_attempt.h"
#include "server/call/ended_call.h"

namespace kyc {

// Each is thread-safe, must not block, and may be null.
struct OnEnded {
  std::function<void(const EndedCall&)> call = nullptr;
  OnAttempt attempt = nullptr;
  OnNotification notification = nullptr;
};

// Tells both, the first one first.
inline OnEnded Both(OnEnded first, OnEnded second) {
  const auto both = [](auto a, auto b) -> decltype(a) {
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    return [a = std::move(a), b = std::move(b)](const auto& ended) {
      a(ended);
      b(ended);
    };
  };
  return {both(std::move(first.call), std::move(second.call)),
          both(std::move(first.attempt), std::move(second.attempt)),
          both(std::move(first.notification), std::move(second.notification))};
}

}  // namespace kyc

#endif  // SERVER_CALL_ON_ENDED_H_
