#include "server/events/event_log.h"

#include "server/call/error.h"

namespace kyc::events {

absl::StatusOr<BackedUp> EventLog::BackUp(const std::string&, std::stop_token) const {
  Error error;
  error.code = absl::StatusCode::kUnimplemented;
  error.reason = "NO_BACKUP";
  error.message = "This engine's servers are backed up by their own means";
  return ToStatus(error);
}

}  // namespace kyc::events
