// What callers are told of a call with a key that is not made for them.
#ifndef SERVER_ONCE_ERRORS_H_
#define SERVER_ONCE_ERRORS_H_

#include "absl/status/status.h"
#include "server/call/error.h"

namespace kyc::once {

absl::Status KeyReused();       // INVALID_ARGUMENT REQUEST_ID_REUSED.
absl::Status InProgress();      // ABORTED REQUEST_IN_PROGRESS.
absl::Status OutcomeUnknown();  // UNKNOWN REQUEST_OUTCOME_UNKNOWN.
absl::Status NotNoted();        // UNAVAILABLE LOG_UNAVAILABLE: it could not be claimed.
absl::Status NoLog();           // FAILED_PRECONDITION REQUEST_ID_UNSUPPORTED.
absl::Status TooManyKeys();     // RESOURCE_EXHAUSTED GATEWAY_OVERLOADED.
// DEADLINE_EXCEEDED CALLER_DEADLINE, and CANCELLED CALLER_CANCELLED: its caller does not wait.
absl::Status DeadlineOver(Outcome outcome);
absl::Status Cancelled(Outcome outcome);

}  // namespace kyc::once

#endif  // SERVER_ONCE_ERRORS_H_
