#include "server/events/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::events {

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(
        absl::StrCat("The event log's file cannot be opened: ", std::strerror(errno)));
  }
  FileLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  return absl::FailedPreconditionError("The event log's file is in use by another gateway");
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

bool FileLock::IsOf(const std::string& path) const {
  struct stat named;
  struct stat locked;
  return stat(path.c_str(), &named) == 0 && fstat(file_, &locked) == 0 &&
         named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

FileLock::~FileLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace kyc::events
