// What is said when a server does not serve.
//
// Errors are UNAVAILABLE LOG_UNREACHABLE with a cause without data. Those that the server sent have
// its SQLSTATE in their metadata as "sqlState".
#ifndef SERVER_EVENTS_POSTGRES_ERRORS_H_
#define SERVER_EVENTS_POSTGRES_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kyc::events::postgres {

// `cause` is a phrase without data.
absl::Status Unreachable(absl::string_view cause);
// The server refused a statement.
absl::Status RefusedWith(const std::string& sql_state);
// FAILED_PRECONDITION BACKUP_BY_SERVERS: what to do instead of a backup by a gateway.
absl::Status BackedUpByServers();
// Of such an error; empty if the server sent none.
std::string SqlStateOf(const absl::Status& status);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_ERRORS_H_
