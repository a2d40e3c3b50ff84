// What is told to the log of one request to an upstream, once it has ended.
#ifndef SERVER_CALL_ENDED_ATTEMPT_H_
#define SERVER_CALL_ENDED_ATTEMPT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "server/call/span.h"

namespace kyc {

// A value; nothing in it is anybody's personal data.
struct EndedAttempt {
  absl::Time ended = {};        // By the wall clock.
  std::string request_id = {};  // Of the call that it was made for.
  std::string caller = {};
  std::string upstream = {};  // "finpay" or "widekyc".
  std::string account = {};
  std::string result = {};     // Its HTTP status, or what failed ("unreachable", ...).
  absl::Duration waited = {};  // From the call's arrival until it began.
  absl::Duration took = {};    // Until it ended.
  int64_t request_bytes = 0;   // Of its body.
  int64_t reply_bytes = 0;
  Span span = {};
};

// Thread-safe; must not block. May be null.
using OnAttempt = std::function<void(const EndedAttempt&)>;

}  // namespace kyc

#endif  // SERVER_CALL_ENDED_ATTEMPT_H_
