// What is told to the log of one notification, once it has its answer.
#ifndef SERVER_CALL_ANSWERED_NOTIFICATION_H_
#define SERVER_CALL_ANSWERED_NOTIFICATION_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc {

// A value; nothing in it is anybody's personal data.
struct AnsweredNotification {
  absl::Time answered = {};        // By the wall clock.
  absl::string_view account = {};  // Empty: its token is nobody's.
  absl::string_view code = {};     // "2000000", ...
  int64_t sequence = 0;            // Of its event; 0 if there is none.
  bool repeat = false;             // Its event was there before.
  absl::Duration took = {};        // From its arrival.
  int64_t bytes = 0;               // Of its body, as far as it was read.
};

// Thread-safe; must not block. May be null.
using OnNotification = std::function<void(const AnsweredNotification&)>;

}  // namespace kyc

#endif  // SERVER_CALL_ANSWERED_NOTIFICATION_H_
