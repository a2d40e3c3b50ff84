// What is wrong with a cursor, as callers are told.
#ifndef SERVER_EVENTS_CURSOR_ERRORS_H_
#define SERVER_EVENTS_CURSOR_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "server/events/event_log.h"
#include "server/events/log_identity.h"

namespace kyc::events {

enum class CursorFault { kInvalid, kExpired, kAhead, kForeign };

// The final caller error, with oldestCursor and newestCursor in its metadata.
absl::Status CursorError(CursorFault fault, const LogIdentity& log, const Ends& ends);

// The text of a position in this log.
std::string CursorTextOf(const LogIdentity& log, Position position);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CURSOR_ERRORS_H_
