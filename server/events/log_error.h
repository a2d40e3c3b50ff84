// What callers are told when the log cannot serve them.
#ifndef SERVER_EVENTS_LOG_ERROR_H_
#define SERVER_EVENTS_LOG_ERROR_H_

#include "absl/status/status.h"

namespace kyc::events {

// `failed` as it is if it is a final caller error, else UNAVAILABLE LOG_UNAVAILABLE.
absl::Status LogError(const absl::Status& failed);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_ERROR_H_
