// Files of the configuration as they lie on disk.
#ifndef SERVER_CONFIG_DISK_H_
#define SERVER_CONFIG_DISK_H_

#include <sys/types.h>

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config/field_checks.h"

namespace kyc::config {

// What tells that a file is another one, or was changed, without reading it. The change time, which
// nobody can set, also tells of a new owner or mode.
struct Stamp {
  int error = 0;  // Why there is none; else 0.
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  absl::Time modified;
  absl::Time changed;

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// Of several files, by path.
using Stamps = std::map<std::string, Stamp>;

// Thread-safe, as all here. Follows symbolic links, as ReadFromDisk does.
Stamp StampOf(const std::string& path);
// Whether each file still has its stamp.
bool AreUnchanged(const Stamps& files);
// Whether one has changed so recently that another change may have left the same stamp.
bool AnyChangedJustNow(const Stamps& files);

// The whole of a file of at most 4 MiB. Blocks for no pipe.
absl::StatusOr<File> ReadFromDisk(const std::string& path);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_DISK_H_
