#include "server/events/cursor_errors.h"

#include "server/call/error.h"
#include "server/events/cursor.h"

namespace kyc::events {
namespace {

Error ErrorOf(CursorFault fault) {
  Error error;
  switch (fault) {
    case CursorFault::kInvalid:
      error.code = absl::StatusCode::kInvalidArgument;
      error.reason = "CURSOR_INVALID";
      error.message = "The cursor is not one that this service gave";
      break;
    case CursorFault::kExpired:
      error.code = absl::StatusCode::kOutOfRange;
      error.reason = "CURSOR_EXPIRED";
      error.message = "Events after the cursor are no longer kept";
      break;
    case CursorFault::kAhead:
      error.code = absl::StatusCode::kOutOfRange;
      error.reason = "CURSOR_AHEAD";
      error.message = "The cursor lies beyond the end of the log";
      break;
    case CursorFault::kForeign:
      error.code = absl::StatusCode::kFailedPrecondition;
      error.reason = "CURSOR_FOREIGN";
      error.message = "The cursor belongs to another log or to another history of this one";
      error.precondition_type = error.reason;
      break;
  }
  return error;
}

}  // namespace

absl::Status CursorError(CursorFault fault, const LogIdentity& log, const Ends& ends) {
  Error error = ErrorOf(fault);
  error.metadata = {{"oldestCursor", CursorTextOf(log, ends.oldest)},
                    {"newestCursor", CursorTextOf(log, ends.newest)}};
  return ToStatus(error);
}

std::string CursorTextOf(const LogIdentity& log, Position position) {
  return ToText({.log_id = log.log_id, .partition = 0, .position = position}, log.keys.cursor);
}

}  // namespace kyc::events
