#include "server/events/sqlite/file_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "absl/types/optional.h"
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

// Nothing but which file it is. Whoever asks for its times, as stat does, makes the kernel give the
// next write a time of its own: the inode is then written with each commit, which costs a lone one
// 30 us.
absl::optional<std::pair<dev_t, ino_t>> InodeAt(const std::string& path) {
  struct statx found;
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO, &found) != 0) return absl::nullopt;
  return std::make_pair(makedev(found.stx_dev_major, found.stx_dev_minor), ino_t{found.stx_ino});
}

}  // namespace

absl::StatusOr<FileIdentity> FileIdentity::Of(const std::vector<std::string>& paths) {
  FileIdentity identity;
  for (const std::string& path : paths) {
    const auto found = InodeAt(path);
    if (!found.has_value()) return Moved();
    identity.files_.push_back({path, *found});
  }
  return identity;
}

absl::Status FileIdentity::Check() const {
  for (const Named& file : files_) {
    if (InodeAt(file.path) != file.inode) return Moved();
  }
  return absl::OkStatus();
}

}  // namespace kyc::events
