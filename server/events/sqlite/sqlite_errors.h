// What SQLite's codes mean to a caller.
//
// Errors are final caller errors: UNAVAILABLE LOG_UNAVAILABLE with the cause when the engine cannot
// serve now (full disk, I/O error, locked, read-only), DATA_LOSS LOG_DAMAGED when the file is
// damaged, else INTERNAL GATEWAY_BUG. They hold no data and no SQL.
#ifndef SERVER_EVENTS_SQLITE_SQLITE_ERRORS_H_
#define SERVER_EVENTS_SQLITE_SQLITE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kyc::events {

// Of a result code, extended or not.
absl::Status StatusOf(int code);

// What an error of this room's says of the file's content, if that is not a database's or no longer
// one's; else empty.
absl::string_view DamageOf(const absl::Status& status);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SQLITE_ERRORS_H_
