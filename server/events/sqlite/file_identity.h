// Files by what they are, not by what they are called.
#ifndef SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_
#define SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kyc::events {

// Immutable, so thread-safe.
class FileIdentity {
 public:
  // Of no files.
  FileIdentity() = default;
  // Of what these paths lead to now. UNAVAILABLE LOG_UNAVAILABLE if one leads nowhere.
  static absl::StatusOr<FileIdentity> Of(const std::vector<std::string>& paths);

  // Whether each path still leads to the same file, and each of the first ones holds at least so
  // many bytes; costs a system call each. UNAVAILABLE LOG_UNAVAILABLE if not.
  absl::Status Check(absl::Span<const int64_t> at_least = {}) const;
  // How long the file of this path is now; 0 if it is not there.
  int64_t BytesOf(size_t file) const;

 private:
  struct Named {
    std::string path;
    std::pair<dev_t, ino_t> inode;  // With its device.
  };
  std::vector<Named> files_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_
