// The place in the log, kept in a file.
#ifndef CLIENTS_KYC_CURSOR_FILE_H_
#define CLIENTS_KYC_CURSOR_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kyc::client {

// Empty if there is no such file.
absl::StatusOr<std::string> ReadCursor(const std::string& path);

// The file holds either the old or the new cursor, whenever the machine stops; once this has
// returned, the new one. Writes PATH.new beside it first.
absl::Status WriteCursor(const std::string& path, const std::string& cursor);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_CURSOR_FILE_H_
