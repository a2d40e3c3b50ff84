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
  error.metadata = {{"sqlState", sql_state}};
  return ToStatus(error);
}

std::string SqlStateOf(const absl::Status& status) { return MetadataOf(status, "sqlState"); }

}  // namespace kyc::events::postgres
