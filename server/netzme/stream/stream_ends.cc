#include "server/netzme/stream/stream_ends.h"

#include "server/call/error.h"

namespace kyc::netzme {

absl::Status SlowConsumer() {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.reason = "SLOW_CONSUMER";
  error.message = "The reader took nothing for 30 s; reopen from its last cursor";
  return ToStatus(error);
}

absl::Status NearRetention() {
  Error error;
  error.code = absl::StatusCode::kOutOfRange;
  error.reason = "NEAR_RETENTION";
  error.message =
      "The stream is so far behind that its next events are about to be removed; reopen at once "
      "from its last cursor and read faster";
  return ToStatus(error);
}

absl::Status SilentLog() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "The event log does not answer; try again, a stream from its last cursor";
  return ToStatus(error);
}

absl::Status Draining() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "SERVER_DRAINING";
  error.message = "This server is shutting down; reopen from the last cursor, at another server";
  return ToStatus(error);
}

}  // namespace kyc::netzme
