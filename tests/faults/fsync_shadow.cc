// A disk that forgets, as a library to preload: makes of a folder a shadow that holds only what a
// power failure could not take.
//
// FSYNC_SHADOW_FOLDER names the folder (absolute, without symbolic links; only files directly in it
// count), FSYNC_SHADOW_COPY the shadow, which lies on the same file system. A file's content is
// taken over when the file is synced, whole; that a file was removed, when the folder is. Nothing
// else ever is: a write, a truncation and a removal that nobody synced are not in the shadow.
//
// Only fsync and fdatasync are needed for that: Debian's SQLite syncs by fdatasync, asks for no
// O_SYNC, and maps only the -shm file, which a power failure may take. A write that runs beside a
// sync may get into the copy in part, as it may onto a disk. Thread-safe.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>

namespace {

namespace fs = std::filesystem;

// A shadow that is wrong would let a test pass, or fail, for no reason.
void Require(bool succeeded, const char* step) {
  if (succeeded) return;
  std::perror(step);
  std::abort();
}

// What the descriptor is open on; a removed file's name ends in " (deleted)", so none has it.
fs::path PathOf(int descriptor) {
  std::error_code error;
  return fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
}

// Reads through `descriptor`: opening the file anew, and closing it, would drop SQLite's locks.
void CopyContent(int descriptor, const fs::path& to) {
  const fs::path unfinished = to.string() + ".unfinished";
  const int copy = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  Require(copy >= 0, "fsync_shadow: open");
  off_t offset = 0;
  ssize_t sent = 1;
  while (sent > 0) sent = sendfile(copy, descriptor, &offset, 1 << 24);
  Require(sent == 0 && close(copy) == 0, "fsync_shadow: sendfile");
  // At no moment is there half a file, whenever this process is killed.
  Require(std::rename(unfinished.c_str(), to.c_str()) == 0, "fsync_shadow: rename");
}

void ForgetRemovedFiles(const fs::path& folder, const fs::path& shadow) {
  for (const fs::directory_entry& kept : fs::directory_iterator(shadow)) {
    if (!fs::exists(folder / kept.path().filename())) fs::remove(kept.path());
  }
}

constexpr char kFolder[] = "FSYNC_SHADOW_FOLDER";
constexpr char kShadow[] = "FSYNC_SHADOW_COPY";

// Taken as the library is loaded: the gateway forgets its environment.
const char* const folder_at_load = std::getenv(kFolder);
const char* const shadow_at_load = std::getenv(kShadow);

// False if the descriptor is of nothing in the folder.
bool TakeOver(int descriptor) {
  // The test of this library names them later.
  const char* folder_name = folder_at_load != nullptr ? folder_at_load : std::getenv(kFolder);
  const char* shadow_name = shadow_at_load != nullptr ? shadow_at_load : std::getenv(kShadow);
  if (folder_name == nullptr || shadow_name == nullptr) return false;
  const fs::path folder(folder_name), shadow(shadow_name);
  const fs::path path = PathOf(descriptor);
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (path == folder) {
    ForgetRemovedFiles(folder, shadow);
  } else if (path.parent_path() == folder && fs::exists(path)) {
    CopyContent(descriptor, shadow / path.filename());
  } else {
    return false;
  }
  return true;
}

int Sync(int descriptor, const char* name) {
  if (TakeOver(descriptor)) return 0;  // The shadow is its disk.
  return reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, name))(descriptor);
}

}  // namespace

extern "C" {

int fsync(int descriptor) { return Sync(descriptor, "fsync"); }

int fdatasync(int descriptor) { return Sync(descriptor, "fdatasync"); }

}  // extern "C"
