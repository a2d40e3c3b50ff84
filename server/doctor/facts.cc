#include "server/doctor/facts.h"

#include <linux/magic.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/folder_of.h"
#include "server/net/listen_socket.h"

namespace kyc::doctor {
namespace {

constexpr absl::Duration kLongestConnect = absl::Seconds(1);

// Those that linux/magic.h leaves out.
constexpr unsigned long kCifs = 0xff534d42;
constexpr unsigned long kSmb2 = 0xfe534d42;

User Named(uid_t id) {
  const passwd* const entry = getpwuid(id);
  return {id, entry != nullptr ? entry->pw_name : absl::StrCat("user ", id)};
}

DiskFacts::Kind KindOf(unsigned long file_system) {
  switch (file_system) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
      return DiskFacts::Kind::kMemory;
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case kCifs:
    case kSmb2:
    case CEPH_SUPER_MAGIC:
      return DiskFacts::Kind::kNetwork;
    default:
      return DiskFacts::Kind::kDisk;
  }
}

}  // namespace

std::vector<FileFacts> FactsOfFiles(const std::vector<std::string>& paths) {
  std::vector<FileFacts> files;
  for (const std::string& path : paths) {
    struct stat file {};
    struct stat folder {};
    if (stat(path.c_str(), &file) != 0 || stat(FolderOf(path).c_str(), &folder) != 0) continue;
    files.push_back({path, file.st_mode & 07777, folder.st_mode & 07777});
  }
  return files;
}

User AskedBy() { return Named(geteuid()); }

absl::optional<User> OwnerOf(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return absl::nullopt;
  return Named(file.st_uid);
}

ClockFacts::Kept KeptClock() {
  timex question = {};  // Changes nothing.
  const int state = adjtimex(&question);
  if (state < 0) return ClockFacts::Kept::kUnknown;
  return state == TIME_ERROR ? ClockFacts::Kept::kByNobody : ClockFacts::Kept::kInStep;
}

absl::Time NewestOf(const std::vector<std::string>& paths) {
  absl::Time newest = absl::InfinitePast();
  for (const std::string& path : paths) {
    struct stat file {};
    if (stat(path.c_str(), &file) == 0) {
      newest = std::max(newest, absl::TimeFromTimespec(file.st_mtim));
    }
  }
  return newest;
}

DiskFacts FactsOfDisk(const std::string& folder) {
  DiskFacts facts;
  facts.folder = folder;
  struct statfs disk {};
  if (statfs(folder.c_str(), &disk) != 0) {
    facts.error = strerror(errno);
    return facts;
  }
  facts.writable = access(folder.c_str(), W_OK | X_OK) == 0;
  facts.free_bytes = static_cast<int64_t>(disk.f_bavail) * disk.f_bsize;
  // Some file systems do not count files: they say 0 of 0.
  facts.free_files = disk.f_files == 0 ? INT64_MAX : static_cast<int64_t>(disk.f_ffree);
  facts.kind = KindOf(static_cast<unsigned long>(disk.f_type));
  return facts;
}

int64_t SizeOf(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 ? int64_t{file.st_size} : 0;
}

int64_t LimitOfOpenFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > INT64_MAX) return INT64_MAX;
  return static_cast<int64_t>(limit.rlim_max);
}

PortFacts FactsOfPort(const std::string& address) {
  PortFacts facts;
  facts.answers = net::IsServed(address, kLongestConnect);
  if (!facts.answers) facts.could_be_taken = net::ListenSocket::Open(address).status();
  return facts;
}

}  // namespace kyc::doctor
