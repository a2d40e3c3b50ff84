#include "server/config/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace kyc::config {
namespace {

// Larger than any configuration, key or bundle of certificates.
constexpr size_t kMaxFileBytes = 4 << 20;

// The kernel's clock of files ticks slowly: two changes within a tick leave the same stamp.
constexpr absl::Duration kJustNow = absl::Seconds(1);

class Descriptor {
 public:
  // Not blocking: a named pipe must not hang the start.
  explicit Descriptor(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status CannotRead(int error) {
  return absl::InvalidArgumentError(absl::StrCat("cannot be read: ", strerror(error)));
}

}  // namespace

absl::StatusOr<File> ReadFromDisk(const std::string& path) {
  const Descriptor descriptor(path);
  if (descriptor.number() < 0) return CannotRead(errno);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) return CannotRead(errno);
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("is not a file");
  File file;
  file.mode = status.st_mode & 07777;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = read(descriptor.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(errno);
    if (count == 0) return file;
    file.content.append(buffer.data(), count);
    if (file.content.size() > kMaxFileBytes) {
      return absl::InvalidArgumentError("is larger than 4 MiB");
    }
  }
}

Stamp StampOf(const std::string& path) {
  struct stat status {};
  Stamp stamp;
  if (stat(path.c_str(), &status) != 0) {
    stamp.error = errno;
    return stamp;
  }
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = status.st_size;
  stamp.modified = absl::TimeFromTimespec(status.st_mtim);
  stamp.changed = absl::TimeFromTimespec(status.st_ctim);
  return stamp;
}

bool AreUnchanged(const Stamps& files) {
  return absl::c_all_of(files, [](const auto& file) { return StampOf(file.first) == file.second; });
}

bool AnyChangedJustNow(const Stamps& files) {
  const absl::Time since = absl::Now() - kJustNow;
  return absl::c_any_of(files, [&](const auto& file) { return file.second.changed > since; });
}

}  // namespace kyc::config
