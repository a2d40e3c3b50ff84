#include "server/config/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/secret.h"

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

// No copy of it stays anywhere. `expected` bytes are room enough unless it grows meanwhile.
absl::StatusOr<Secret> ReadAll(int descriptor, size_t expected) {
  std::string text(std::min(expected, kMaxFileBytes) + 1, '\0');
  size_t size = 0;
  for (;;) {
    const ssize_t count = read(descriptor, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    const int error = count < 0 ? errno : 0;
    if (count > 0) size += static_cast<size_t>(count);
    if (count > 0 && size < text.size()) continue;
    const Secret content(absl::string_view(text).substr(0, size));
    Wipe(text);
    if (error != 0) return CannotRead(error);
    if (size > kMaxFileBytes) return absl::InvalidArgumentError("is larger than 4 MiB");
    if (count == 0) return content;
    text = std::string(std::min(2 * size, kMaxFileBytes) + 1, '\0');
    content.Reveal().copy(text.data(), size);
  }
}

}  // namespace

absl::StatusOr<File> ReadFromDisk(const std::string& path) {
  const Descriptor descriptor(path);
  if (descriptor.number() < 0) return CannotRead(errno);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) return CannotRead(errno);
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("is not a file");
  absl::StatusOr<Secret> content =
      ReadAll(descriptor.number(), static_cast<size_t>(status.st_size));
  if (!content.ok()) return content.status();
  return File{*std::move(content), static_cast<unsigned>(status.st_mode & 07777)};
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
