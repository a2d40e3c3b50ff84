#include "server/once/errors.h"

#include <string>

namespace kyc::once {
namespace {

Error Made(absl::StatusCode code, const char* reason, const char* message, Outcome outcome) {
  Error error;
  error.code = code;
  error.reason = reason;
  error.message = message;
  error.metadata = {{"outcome", std::string(OutcomeText(outcome))}};
  return error;
}

absl::Status TryAgain(Error error) {
  error.retry_after = absl::Seconds(1);
  return ToStatus(error);
}

}  // namespace

absl::Status KeyReused() {
  return ToStatus(Made(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                       "This request_id was another call's, of other content; each new call "
                       "needs a new one",
                       Outcome::kNotSent));
}

absl::Status InProgress() {
  return TryAgain(Made(absl::StatusCode::kAborted, "REQUEST_IN_PROGRESS",
                       "The call of this request_id is still running; repeat it with the same "
                       "request_id to get its answer",
                       Outcome::kNotSent));
}

absl::Status OutcomeUnknown() {
  return ToStatus(Made(absl::StatusCode::kUnknown, "REQUEST_OUTCOME_UNKNOWN",
                       "The call of this request_id may have been processed, and its answer is "
                       "not known; it is never sent again under this request_id",
                       Outcome::kUnknown));
}

absl::Status NotNoted() {
  return TryAgain(Made(absl::StatusCode::kUnavailable, "LOG_UNAVAILABLE",
                       "The request_id could not be noted before the call, so nothing was sent; "
                       "repeat it with the same request_id",
                       Outcome::kNotSent));
}

absl::Status NoLog() {
  return ToStatus(Made(absl::StatusCode::kFailedPrecondition, "REQUEST_ID_UNSUPPORTED",
                       "This gateway has no event_log in its configuration, so it cannot remember "
                       "a request_id; call without one",
                       Outcome::kNotSent));
}

absl::Status TooManyKeys() {
  return TryAgain(Made(absl::StatusCode::kResourceExhausted, "GATEWAY_OVERLOADED",
                       "Too many calls with a request_id are under way", Outcome::kNotSent));
}

absl::Status DeadlineOver(Outcome outcome) {
  return ToStatus(Made(absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE",
                       "The call's deadline is over; repeat it with the same request_id to get "
                       "its answer",
                       outcome));
}

absl::Status Cancelled(Outcome outcome) {
  return ToStatus(Made(absl::StatusCode::kCancelled, "CALLER_CANCELLED",
                       "The call was cancelled by its caller", outcome));
}

}  // namespace kyc::once
