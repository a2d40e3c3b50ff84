#include "server/events/log_error.h"

#include "server/call/error.h"

namespace kyc::events {

absl::Status LogError(const absl::Status& failed) {
  if (!ReasonOf(failed).empty()) return failed;
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "The event log cannot be read now; try again";
  return ToStatus(error);
}

}  // namespace kyc::events
