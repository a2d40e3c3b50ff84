#include "server/events/sqlite/sqlite_errors.h"

#include <sqlite3.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::events {
namespace {

// Why the engine cannot serve now; empty when the code means a mistake of ours.
absl::string_view CauseOf(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_IOERR:
      return "the disk cannot be read or written";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "the file is locked";
    case SQLITE_CORRUPT:
      return "the file is damaged";
    case SQLITE_NOTADB:
      return "the file is not an SQLite database";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "the file is read-only";
    case SQLITE_CANTOPEN:
      return "the file cannot be opened";
    case SQLITE_NOMEM:
      return "memory is short";
    case SQLITE_INTERRUPT:
      return "the read took too long";
    default:
      return "";
  }
}

bool IsDamage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

}  // namespace

absl::Status StatusOf(int code) {
  if (code == SQLITE_OK) return absl::OkStatus();
  const absl::string_view cause = CauseOf(code);
  if (cause.empty()) return GatewayBug(absl::StrCat("SQLite error code ", code));
  Error error;
  error.code = IsDamage(code) ? absl::StatusCode::kDataLoss : absl::StatusCode::kUnavailable;
  error.reason = IsDamage(code) ? "LOG_DAMAGED" : "LOG_UNAVAILABLE";
  error.message = absl::StrCat("The event log cannot be used now: ", cause);
  error.metadata = {{"sqliteCode", absl::StrCat(code)}};
  return ToStatus(error);
}

absl::string_view DamageOf(const absl::Status& status) {
  int code = SQLITE_OK;
  if (!absl::SimpleAtoi(MetadataOf(status, "sqliteCode"), &code)) return "";
  return IsDamage(code) ? CauseOf(code) : "";
}

}  // namespace kyc::events
