// The errors that the server itself answers, before or beside any service.
#ifndef SERVER_RPC_REFUSALS_H_
#define SERVER_RPC_REFUSALS_H_

#include "absl/status/status.h"
#include "server/call/error.h"

namespace kyc::rpc {

// A drain: UNAVAILABLE if the call was surely not sent, else UNKNOWN. SERVER_DRAINING.
absl::Status Draining(Outcome outcome);
// RESOURCE_EXHAUSTED GATEWAY_OVERLOADED: no room for the request's bytes, or too many calls.
absl::Status Overloaded();
// RESOURCE_EXHAUSTED TOO_MANY_STREAMS.
absl::Status TooManyStreams();
// DEADLINE_EXCEEDED CALLER_DEADLINE: the request message did not arrive in time.
absl::Status RequestTooSlow();
// INVALID_ARGUMENT MALFORMED_REQUEST: the caller ended the call without a whole message.
absl::Status RequestCutShort();
// RESOURCE_EXHAUSTED SLOW_CONSUMER: a message was not taken. Only the metrics see it.
absl::Status NotTaken();
// DEADLINE_EXCEEDED CALLER_DEADLINE: the call was not over in time.
absl::Status DeadlineOver(Outcome outcome);
// INVALID_ARGUMENT HEADERS_TOO_LARGE.
absl::Status HeadersTooLarge();
// PERMISSION_DENIED CALLER_FORBIDDEN: the stream's caller may not see all of it any more.
absl::Status PermissionsNarrowed();
// UNIMPLEMENTED UNKNOWN_METHOD.
absl::Status UnknownMethod();
// NOT_FOUND SERVICE_NOT_FOUND: health knows no such service.
absl::Status ServiceNotFound();

}  // namespace kyc::rpc

#endif  // SERVER_RPC_REFUSALS_H_
