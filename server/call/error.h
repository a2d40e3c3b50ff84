// Precise errors: an absl::Status whose payloads are google.rpc details.
//
// rpc/ turns each payload into one detail of google.rpc.Status. Every error that a caller may see
// is made here, so every one has exactly one ErrorInfo.
#ifndef SERVER_CALL_ERROR_H_
#define SERVER_CALL_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/ended_call.h"

namespace kyc {

// ErrorInfo.domain of errors made by the gateway itself.
inline constexpr char kGatewayDomain[] = "kyc-gateway";

// What is known of the upstream's side of a failed call; ErrorInfo.metadata["outcome"].
enum class Outcome {
  kNotSent,   // "not_sent": surely not processed.
  kRefused,   // "refused": the upstream answered that it did not process it.
  kAnswered,  // "answered": the upstream answered; it may have processed (and billed) the call.
  kUnknown,   // "unknown": it may have been processed.
};
absl::string_view OutcomeText(Outcome outcome);

// One field that is wrong. `field` is a proto field path ("images.ktp.content").
struct Violation {
  std::string field;
  std::string description;  // A phrase that says what is expected. Never the value.
};

// One error, before it becomes a Status.
struct Error {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string domain = kGatewayDomain;  // "finpay", "widekyc", "netzme" or kGatewayDomain.
  std::string reason;                   // UPPER_SNAKE_CASE.
  // One English sentence without the final period or the reason: both are added, "... [REASON]".
  // No personal data, no upstream's own words.
  std::string message;
  // ErrorInfo.metadata: upstream, httpStatus, upstreamCode, attempts, outcome, upstreamText, ...
  std::vector<std::pair<std::string, std::string>> metadata;
  // At most one kind of further detail is set.
  std::vector<Violation> violations;           // -> BadRequest
  absl::optional<absl::Duration> retry_after;  // -> RetryInfo
  std::string quota_subject;                   // -> QuotaFailure (description = message)
  std::string precondition_type;               // -> PreconditionFailure (type, subject = domain)
};

// The Status of an error.
absl::Status ToStatus(const Error& error);

// INVALID_ARGUMENT INVALID_REQUEST with every violation; OK if there is none. Outcome not_sent.
absl::Status InvalidRequest(std::vector<Violation> violations);

// The error of what should be impossible: INTERNAL GATEWAY_BUG. `what` names the place, no values.
absl::Status GatewayBug(absl::string_view what);

// The same error, which also says which call it is of: ErrorInfo.metadata["requestId"]. Unchanged
// if it says so already, as the error of an earlier call that is answered again, or has no
// ErrorInfo.
absl::Status WithRequestId(absl::Status status, absl::string_view request_id);

// The details of a Status, as type URL and serialized message: ErrorInfo first, then by type URL.
// (absl::Status itself promises no order.)
std::vector<std::pair<std::string, std::string>> DetailsOf(const absl::Status& status);

// Reads back from a Status made by ToStatus; empty when it has no ErrorInfo.
std::string ReasonOf(const absl::Status& status);
std::string MetadataOf(const absl::Status& status, absl::string_view key);

// What is told of a call that ended so: its code and, of an error, what ErrorInfo says.
EndedCall EndedBy(const absl::Status& status);

}  // namespace kyc

#endif  // SERVER_CALL_ERROR_H_
