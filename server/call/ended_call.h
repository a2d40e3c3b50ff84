// What is told of a call once it has ended: to the log, and to the operators' console.
#ifndef SERVER_CALL_ENDED_CALL_H_
#define SERVER_CALL_ENDED_CALL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/call/span.h"

namespace kyc {

// A value; nothing in it is anybody's personal data. Texts are empty where there is nothing to say.
struct EndedCall {
  absl::Time ended;        // By the wall clock.
  std::string request_id;  // The caller's x-request-id, or made here.
  std::string method;      // "package.Service/Method"
  std::string caller;      // Its name in the configuration.
  absl::StatusCode code = absl::StatusCode::kUnknown;
  absl::Duration took;        // From its arrival until its caller was told.
  int64_t request_bytes = 0;  // Of its message.
  bool handled = false;       // Its method was asked: it did not end before.
  // Of its error alone: ErrorInfo's reason, outcome, upstream, httpStatus and attempts.
  std::string reason, outcome, upstream, upstream_status, attempts;
  Span span = {};
};

}  // namespace kyc

#endif  // SERVER_CALL_ENDED_CALL_H_
