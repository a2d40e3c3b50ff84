#include "server/events/sqlite/file_identity.h"

#include <sys/stat.h>

#include "server/call/error.h"

namespace kyc::events {
namespace {

absl::Status Moved() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message =
      "The event log's file, or its -wal or -shm, was moved or removed; put it back, or restart";
  return ToStatus(error);
}

}  // namespace

absl::StatusOr<FileIdentity> FileIdentity::Of(const std::vector<std::string>& paths) {
  FileIdentity identity;
  for (const std::string& path : paths) {
    struct stat found;
    if (stat(path.c_str(), &found) != 0) return Moved();
    identity.files_.push_back({path, found.st_dev, found.st_ino});
  }
  return identity;
}

absl::Status FileIdentity::Check() const {
  for (const Named& file : files_) {
    struct stat found;
    if (stat(file.path.c_str(), &found) != 0 || found.st_dev != file.device ||
        found.st_ino != file.inode) {
      return Moved();
    }
  }
  return absl::OkStatus();
}

}  // namespace kyc::events
