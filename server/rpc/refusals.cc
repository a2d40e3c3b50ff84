#include "server/rpc/refusals.h"

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::rpc {
namespace {

absl::Status Refused(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                     absl::optional<absl::Duration> retry_after = absl::nullopt,
                     Outcome outcome = Outcome::kNotSent) {
  Error error;
  error.code = code;
  error.reason = std::string(reason);
  error.message = std::string(message);
  error.metadata = {{"outcome", std::string(OutcomeText(outcome))}};
  error.retry_after = retry_after;
  return ToStatus(error);
}

}  // namespace

absl::Status Draining(Outcome outcome) {
  if (outcome == Outcome::kNotSent) {
    return Refused(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
                   "This server is shutting down; the call was not sent, try another server");
  }
  return Refused(absl::StatusCode::kUnknown, "SERVER_DRAINING",
                 "This server shut down while the call was running; it may have been processed",
                 absl::nullopt, outcome);
}

absl::Status Overloaded() {
  return Refused(absl::StatusCode::kResourceExhausted, "GATEWAY_OVERLOADED",
                 "This server has as many requests in flight as it allows; try again later",
                 absl::Seconds(1));
}

absl::Status TooManyStreams() {
  return Refused(absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS",
                 "This server has as many open streams as it allows; try another one",
                 absl::Seconds(5));
}

absl::Status RequestTooSlow() {
  return Refused(absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE",
                 "The request message did not arrive in time");
}

absl::Status RequestCutShort() {
  return Refused(absl::StatusCode::kInvalidArgument, "MALFORMED_REQUEST",
                 "The call ended before its request message was whole");
}

absl::Status NotTaken() {
  return Refused(absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER",
                 "The caller does not take what it is sent");
}

absl::Status DeadlineOver(Outcome outcome) {
  return Refused(absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE",
                 "The call was not over before its deadline", absl::nullopt, outcome);
}

absl::Status HeadersTooLarge() {
  return Refused(absl::StatusCode::kInvalidArgument, "HEADERS_TOO_LARGE",
                 "The call's headers must be at most 64 KiB together");
}

absl::Status PermissionsNarrowed() {
  return Refused(absl::StatusCode::kPermissionDenied, "CALLER_FORBIDDEN",
                 "The caller's permissions were narrowed while the stream was open: open it again");
}

absl::Status UnknownMethod() {
  return Refused(absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD",
                 "There is no such method here; reflection lists those there are");
}

absl::Status ServiceNotFound() {
  return Refused(absl::StatusCode::kNotFound, "SERVICE_NOT_FOUND",
                 "No such service is served here; Health/List names those that are");
}

}  // namespace kyc::rpc
