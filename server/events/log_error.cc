#include "server/events/log_error.h"

#include <string>

#include "absl/strings/str_cat.h"
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

absl::Status CancelledUnread(absl::string_view what) {
  Error error;
  error.code = absl::StatusCode::kCancelled;
  error.reason = "CALLER_CANCELLED";
  error.message = absl::StrCat("The call was cancelled before ", what, " was read");
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

absl::Status UnknownPageToken() {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "PAGE_TOKEN_INVALID";
  error.message = "The page_token is none that this server gave";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

}  // namespace kyc::events
