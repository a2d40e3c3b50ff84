// What callers are told when the log cannot serve them.
#ifndef SERVER_EVENTS_LOG_ERROR_H_
#define SERVER_EVENTS_LOG_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kyc::events {

// `failed` as it is if it is a final caller error, else UNAVAILABLE LOG_UNAVAILABLE.
absl::Status LogError(const absl::Status& failed);

// CANCELLED CALLER_CANCELLED: nobody waits any more, and `what` ("the log") was not read.
absl::Status CancelledUnread(absl::string_view what);

// INVALID_ARGUMENT PAGE_TOKEN_INVALID: of a list whose tokens are bound to nothing but its order.
absl::Status UnknownPageToken();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_ERROR_H_
