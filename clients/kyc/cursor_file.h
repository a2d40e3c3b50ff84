// The place in the log, kept in a file.
#ifndef CLIENTS_KYC_CURSOR_FILE_H_
#define CLIENTS_KYC_CURSOR_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kyc::client {

// Empty if there is no such file. FAILED_PRECONDITION if there is one without a cursor in it: what
// emptied it or wrote there took a place away that nobody else remembers. A cursor is one word;
// what it says, only the server can tell.
absl::StatusOr<std::string> ReadCursor(const std::string& path);

// The file holds either the old or the new cursor, whenever the machine stops; once this has
// returned, the new one. Writes PATH.new beside it first.
absl::Status WriteCursor(const std::string& path, const std::string& cursor);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_CURSOR_FILE_H_
