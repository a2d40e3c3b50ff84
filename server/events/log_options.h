// What every engine refuses of its options.
#ifndef SERVER_EVENTS_LOG_OPTIONS_H_
#define SERVER_EVENTS_LOG_OPTIONS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "server/call/secret.h"
#include "server/events/retention.h"

namespace kyc::events {

// INVALID_ARGUMENT for what no log can be opened with.
absl::Status CheckLogOptions(const Secret& lookup_key, const Retention& retention,
                             int64_t max_waiting);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_OPTIONS_H_
