#include "clients/kyc/cursor_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc::client {
namespace {

constexpr size_t kMaxCursorBytes = 4096;

absl::Status Failed(const char* what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

absl::Status NoCursor(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      " holds no cursor, so where to go on is not known: put the last cursor into it, or "
      "remove it to begin where --from says"));
}

// Makes a rename in it last.
absl::Status SyncFolderOf(const std::string& path) {
  std::error_code error;  // Where there is no working directory: then opening fails, too.
  const std::string folder = std::filesystem::absolute(path, error).parent_path();
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("cannot open the folder", folder);
  const absl::Cleanup closer = [fd] { close(fd); };
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("cannot sync the folder", folder);
}

}  // namespace

absl::StatusOr<std::string> ReadCursor(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return std::string();
    return Failed("cannot open", path);
  }
  const absl::Cleanup closer = [fd] { close(fd); };
  char buffer[kMaxCursorBytes];
  const ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size < 0) return Failed("cannot read", path);
  const absl::string_view text(buffer, static_cast<size_t>(size));
  const absl::string_view cursor = absl::StripAsciiWhitespace(text);
  const bool one_word = std::all_of(cursor.begin(), cursor.end(), absl::ascii_isgraph);
  if (cursor.empty() || !one_word || text.size() == kMaxCursorBytes) return NoCursor(path);
  return std::string(cursor);
}

absl::Status WriteCursor(const std::string& path, const std::string& cursor) {
  const std::string fresh = path + ".new";
  const std::string line = cursor + "\n";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("cannot write", fresh);
  const bool written =
      write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(fd) == 0;
  const absl::Status failure = written ? absl::OkStatus() : Failed("cannot write", fresh);
  close(fd);
  if (!failure.ok()) return failure;
  if (rename(fresh.c_str(), path.c_str()) != 0) return Failed("cannot replace", path);
  return SyncFolderOf(path);
}

}  // namespace kyc::client
