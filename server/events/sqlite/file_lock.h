// Keeps a second process (or a second log) from writing the same file.
#ifndef SERVER_EVENTS_SQLITE_FILE_LOCK_H_
#define SERVER_EVENTS_SQLITE_FILE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace kyc::events {

// Held as long as it lives; the system lets go of it when the process ends, however that ends.
class FileLock {
 public:
  // Locks the file that `path` leads to, by whatever name others know it; makes it when absent,
  // readable by its owner only. FAILED_PRECONDITION when somebody else holds it; UNAVAILABLE when
  // it cannot be opened.
  static absl::StatusOr<FileLock> Take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  // Whether `path` leads to the file that is locked.
  bool IsOf(const std::string& path) const;

 private:
  explicit FileLock(int file) : file_(file) {}

  int file_;  // -1 once moved from.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_FILE_LOCK_H_
