// What callers are told when the log is not what was written.
#ifndef SERVER_EVENTS_LOG_DAMAGE_H_
#define SERVER_EVENTS_LOG_DAMAGE_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/call/error.h"

namespace kyc::events {

// The final caller error DATA_LOSS LOG_DAMAGED. `how` tells what was found, without data.
inline absl::Status LogDamaged(absl::string_view how) {
  Error error;
  error.code = absl::StatusCode::kDataLoss;
  error.reason = "LOG_DAMAGED";
  error.message = absl::StrCat("The event log is damaged: ", how,
                               "; its operator has to restore it from a backup");
  return ToStatus(error);
}

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_DAMAGE_H_
