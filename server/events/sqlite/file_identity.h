// Files by what they are, not by what they are called.
#ifndef SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_
#define SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kyc::events {

// Immutable, so thread-safe.
class FileIdentity {
 public:
  // Of no files.
  FileIdentity() = default;
  // Of what these paths lead to now. UNAVAILABLE LOG_UNAVAILABLE if one leads nowhere.
  static absl::StatusOr<FileIdentity> Of(const std::vector<std::string>& paths);

  // Whether each path still leads to the same file; costs a system call each. UNAVAILABLE
  // LOG_UNAVAILABLE if not.
  absl::Status Check() const;

 private:
  struct Named {
    std::string path;
    std::pair<dev_t, ino_t> inode;  // With its device.
  };
  std::vector<Named> files_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_FILE_IDENTITY_H_
