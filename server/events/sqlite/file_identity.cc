#include "server/events/sqlite/file_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/call/error.h"

namespace kyc::events {
namespace {

absl::Status Unavailable(absl::string_view why) {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = absl::StrCat("The event log's file, or its -wal or -shm, ", why);
  return ToStatus(error);
}

absl::Status Moved() { return Unavailable("was moved or removed; put it back, or restart"); }

absl::Status Shortened() {
  return Unavailable("is shorter than it was written: somebody else wrote over it");
}

struct Found {
  std::pair<dev_t, ino_t> inode;
  int64_t bytes = 0;
};

// Nothing but which file it is and how long. Whoever asks for its times, as stat does, makes the
// kernel give the next write a time of its own: the inode is then written with each commit, which
// costs a lone one 30 us.
absl::optional<Found> FileAt(const std::string& path) {
  struct statx found;
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_SIZE, &found) != 0) return absl::nullopt;
  return Found{{makedev(found.stx_dev_major, found.stx_dev_minor), ino_t{found.stx_ino}},
               static_cast<int64_t>(found.stx_size)};
}

}  // namespace

absl::StatusOr<FileIdentity> FileIdentity::Of(const std::vector<std::string>& paths) {
  FileIdentity identity;
  for (const std::string& path : paths) {
    const absl::optional<Found> found = FileAt(path);
    if (!found.has_value()) return Moved();
    identity.files_.push_back({path, found->inode});
  }
  return identity;
}

absl::Status FileIdentity::Check(absl::Span<const int64_t> at_least) const {
  for (size_t i = 0; i < files_.size(); ++i) {
    const absl::optional<Found> found = FileAt(files_[i].path);
    if (!found.has_value() || found->inode != files_[i].inode) return Moved();
    if (i < at_least.size() && found->bytes < at_least[i]) return Shortened();
  }
  return absl::OkStatus();
}

int64_t FileIdentity::BytesOf(size_t file) const {
  const absl::optional<Found> found = FileAt(files_[file].path);
  return found.has_value() ? found->bytes : 0;
}

}  // namespace kyc::events
