#include "server/events/sqlite/disk_room.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/folder_of.h"

namespace kyc::events {
namespace {

// Of fallocate's errors, those that writing would have, too.
bool IsWantOfRoom(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

}  // namespace

absl::Status RoomBeside(const std::string& path, int64_t bytes) {
  const int file = open(FolderOf(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return absl::OkStatus();
  const int error = fallocate(file, 0, 0, bytes) == 0 ? 0 : errno;
  close(file);
  if (!IsWantOfRoom(error)) return absl::OkStatus();
  Error full;
  full.code = absl::StatusCode::kUnavailable;
  full.reason = "LOG_UNAVAILABLE";
  full.message =
      absl::StrCat("The event log cannot be used now: the disk is full: it has not even ",
                   bytes >> 20, " MiB left");
  return ToStatus(full);
}

}  // namespace kyc::events
