#include "server/events/postgres/errors.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::events::postgres {

absl::Status Unreachable(absl::string_view cause) {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNREACHABLE";
  error.message = absl::StrCat("PostgreSQL cannot be reached: ", cause);
  return ToStatus(error);
}

absl::Status RefusedWith(const std::string& sql_state) {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNREACHABLE";
  error.message = absl::StrCat("PostgreSQL answered SQLSTATE ", sql_state);
  if (sql_state == "53100") absl::StrAppend(&error.message, ": its disk is full");
  // Statements that are prepared once for each connection are missing, or there already.
  if (sql_state == "26000" || sql_state == "42P05") {
    absl::StrAppend(
        &error.message,
        ": a pooler before it keeps no session for a connection; name the server itself "
        "in the dsn, or set the pooler to session mode");
  }
  error.metadata = {{"sqlState", sql_state}};
  return ToStatus(error);
}

absl::Status BackedUpByServers() {
  Error error;
  error.code = absl::StatusCode::kFailedPrecondition;
  error.reason = "BACKUP_BY_SERVERS";
  error.message =
      "The event log is in PostgreSQL; no gateway backs it up. Use PostgreSQL's own means: "
      "pg_basebackup from a standby, and its archive of the write-ahead log";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

std::string SqlStateOf(const absl::Status& status) { return MetadataOf(status, "sqlState"); }

}  // namespace kyc::events::postgres
