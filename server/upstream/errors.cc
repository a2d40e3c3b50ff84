#include "server/upstream/errors.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::upstream {
namespace {

using absl::StatusCode;

constexpr char kUnavailable[] = "UPSTREAM_UNAVAILABLE";
constexpr char kMalformed[] = "UPSTREAM_MALFORMED";
// When to come back after a 503 that does not say.
constexpr absl::Duration kDefaultRetryAfter = absl::Seconds(1);

// What an error is, beside its numbers. `words` end the sentence "The upstream finpay ...".
struct Row {
  StatusCode code;
  const char* reason;
  Outcome outcome;
  const char* words;
};

Row RowOf4xx(int status) {
  switch (status) {
    case 400:
    case 422:
      return {StatusCode::kInvalidArgument, "UPSTREAM_BAD_REQUEST", Outcome::kRefused,
              "refused the request as invalid"};
    case 401:
      // The gateway's credential, not the caller's: never UNAUTHENTICATED.
      return {StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED", Outcome::kRefused,
              "does not accept the gateway's credentials"};
    case 403:
      return {StatusCode::kFailedPrecondition, "UPSTREAM_FORBIDDEN", Outcome::kRefused,
              "does not allow the gateway's account to do this"};
    case 404:
      return {StatusCode::kUnimplemented, "UPSTREAM_ENDPOINT_NOT_FOUND", Outcome::kRefused,
              "has no such endpoint"};
    case 408:
      return {StatusCode::kUnknown, kUnavailable, Outcome::kUnknown,
              "gave up waiting for the request"};
    case 429:
      return {StatusCode::kResourceExhausted, "UPSTREAM_RATE_LIMITED", Outcome::kRefused,
              "receives too many requests"};
    default:
      return {StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", Outcome::kRefused,
              "refused the request"};
  }
}

Row RowOf5xx(int status) {
  switch (status) {
    case 500:
      return {StatusCode::kInternal, "UPSTREAM_INTERNAL_ERROR", Outcome::kUnknown,
              "reported an internal error"};
    case 502:
      return {StatusCode::kUnknown, "UPSTREAM_BAD_GATEWAY", Outcome::kUnknown,
              "could not reach a server behind it"};
    case 504:
      return {StatusCode::kDeadlineExceeded, "UPSTREAM_GATEWAY_TIMEOUT", Outcome::kUnknown,
              "got no answer in time from a server behind it"};
    default:
      return {StatusCode::kUnknown, kUnavailable, Outcome::kUnknown,
              "could not handle the request"};
  }
}

Row RowOfStatus(int status) {
  switch (status / 100) {
    case 3:
      return {StatusCode::kInternal, "UPSTREAM_REDIRECT", Outcome::kAnswered,
              "redirected the request, which is never followed"};
    case 4:
      return RowOf4xx(status);
    case 5:
      return RowOf5xx(status);
    default:
      return {StatusCode::kInternal, kMalformed, Outcome::kAnswered,
              "answered with an HTTP status that is no answer"};
  }
}

// Nothing was sent. What does not pass by itself is no UNAVAILABLE, which everybody repeats.
Row RowOfNoConnection(FailureKind kind) {
  switch (kind) {
    case FailureKind::kUntrusted:
      return {StatusCode::kFailedPrecondition, "UPSTREAM_UNTRUSTED", Outcome::kNotSent,
              "has a certificate that does not verify: the gateway's log says in what"};
    case FailureKind::kProxyUnreachable:
      return {StatusCode::kUnavailable, "PROXY_UNREACHABLE", Outcome::kNotSent,
              "was not asked: the proxy on the way to it could not be reached"};
    case FailureKind::kProxyUnauthorized:
      return {
          StatusCode::kFailedPrecondition, "PROXY_CREDENTIALS_REJECTED", Outcome::kNotSent,
          "was not asked: the proxy on the way to it does not accept the gateway's credentials"};
    case FailureKind::kProxyRefused:
      return {StatusCode::kFailedPrecondition, "PROXY_REFUSED", Outcome::kNotSent,
              "was not asked: the proxy on the way to it does not let the gateway through"};
    default:
      return {StatusCode::kUnavailable, "UPSTREAM_UNREACHABLE", Outcome::kNotSent,
              "could not be reached"};
  }
}

Row RowOfFailure(const HttpFailure& failure) {
  const Outcome outcome = failure.sent ? Outcome::kUnknown : Outcome::kNotSent;
  switch (failure.kind) {
    case FailureKind::kUnreachable:
    case FailureKind::kUntrusted:
    case FailureKind::kProxyUnreachable:
    case FailureKind::kProxyUnauthorized:
    case FailureKind::kProxyRefused:
    case FailureKind::kConnectionLost:
      // Of the first ones, too: the try before the one that found nobody took bytes.
      if (!failure.sent) return RowOfNoConnection(failure.kind);
      return {StatusCode::kUnknown, "UPSTREAM_CONNECTION_LOST", outcome,
              "was lost before it answered"};
    case FailureKind::kAttemptTimeout:
      return {StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", outcome, "did not answer in time"};
    case FailureKind::kCallerDeadline:
      return {StatusCode::kDeadlineExceeded, "CALLER_DEADLINE", outcome,
              failure.sent ? "did not answer before the caller's deadline"
                           : "was not asked: too little was left of the caller's deadline"};
    case FailureKind::kCancelled:
      return {StatusCode::kCancelled, "CALLER_CANCELLED", outcome,
              "is no longer waited for: the call was cancelled"};
    case FailureKind::kReplyTooLarge:
      return {StatusCode::kInternal, kMalformed, Outcome::kAnswered, "sent too large a reply"};
    case FailureKind::kReplyUnreadable:
      return {StatusCode::kInternal, kMalformed, Outcome::kAnswered,
              "sent a reply that is not HTTP or was cut short"};
    case FailureKind::kNoSlot:
      return {StatusCode::kResourceExhausted, "GATEWAY_OVERLOADED", Outcome::kNotSent,
              "has as many calls open as the gateway allows"};
    case FailureKind::kCircuitOpen:
      return {StatusCode::kUnavailable, "CIRCUIT_OPEN", Outcome::kNotSent,
              "failed too often and is left alone for a while"};
  }
  return {StatusCode::kInternal, "GATEWAY_BUG", outcome, "failed in a way that is not known"};
}

// Whether the gateway itself decided that the call ends.
bool IsOurs(FailureKind kind) {
  return kind == FailureKind::kCallerDeadline || kind == FailureKind::kCancelled ||
         kind == FailureKind::kNoSlot || kind == FailureKind::kCircuitOpen;
}

Error ErrorOf(absl::string_view upstream, const Row& row, int attempts) {
  Error error;
  error.code = row.code;
  error.domain = std::string(upstream);
  error.reason = row.reason;
  error.message = absl::StrCat("The upstream ", upstream, " ", row.words);
  error.metadata = {{"upstream", std::string(upstream)},
                    {"outcome", std::string(OutcomeText(row.outcome))}};
  if (attempts > 0) error.metadata.emplace_back("attempts", absl::StrCat(attempts));
  return error;
}

Error ErrorOf(absl::string_view upstream, const Row& row, const HttpResponse& response) {
  Error error = ErrorOf(upstream, row, response.attempts);
  error.metadata.emplace_back("httpStatus", absl::StrCat(response.status));
  return error;
}

const std::string* FindHeader(const HttpResponse& response, absl::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

absl::optional<absl::Time> HttpDate(const std::string* text) {
  absl::Time time;
  std::string error;
  if (text == nullptr || !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", *text, &time, &error)) {
    return absl::nullopt;
  }
  return time;
}

}  // namespace

absl::Status FailureStatus(absl::string_view upstream, const HttpFailure& failure) {
  Error error = ErrorOf(upstream, RowOfFailure(failure), failure.attempts);
  if (IsOurs(failure.kind)) error.domain = kGatewayDomain;
  if (failure.kind == FailureKind::kNoSlot || failure.kind == FailureKind::kCircuitOpen) {
    error.retry_after = failure.retry_after;
  }
  return ToStatus(error);
}

Error HttpStatusError(absl::string_view upstream, const HttpResponse& response) {
  Row row = RowOfStatus(response.status);
  const bool refused = response.surely_unprocessed && row.outcome == Outcome::kUnknown;
  const bool repeatable = refused && response.status == 503;
  if (refused) row.outcome = Outcome::kRefused;
  if (repeatable) row.code = StatusCode::kUnavailable;
  Error error = ErrorOf(upstream, row, response);
  if (response.status == 429) error.retry_after = RetryAfter(response);
  if (repeatable) error.retry_after = RetryAfter(response).value_or(kDefaultRetryAfter);
  return error;
}

Error MalformedReply(absl::string_view upstream, const HttpResponse& response,
                     absl::string_view what) {
  Error error =
      ErrorOf(upstream, {StatusCode::kInternal, kMalformed, Outcome::kAnswered, ""}, response);
  error.message = absl::StrCat("The reply of the upstream ", upstream, " ", what);
  return error;
}

void SetOutcome(Error& error, Outcome outcome) {
  for (auto& [key, value] : error.metadata) {
    if (key == "outcome") value = std::string(OutcomeText(outcome));
  }
}

absl::optional<absl::Duration> RetryAfter(const HttpResponse& response) {
  const std::string* text = FindHeader(response, "retry-after");
  if (text == nullptr) return absl::nullopt;
  absl::Duration after;
  if (uint32_t seconds = 0; absl::SimpleAtoi(*text, &seconds)) {
    after = absl::Seconds(seconds);
  } else {
    const absl::optional<absl::Time> then = HttpDate(text);
    const absl::optional<absl::Time> now = HttpDate(FindHeader(response, "date"));
    if (!then || !now) return absl::nullopt;
    after = *then - *now;
  }
  return std::clamp(after, absl::ZeroDuration(), absl::Hours(1));
}

}  // namespace kyc::upstream
