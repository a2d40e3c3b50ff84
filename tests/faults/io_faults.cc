// A disk that fails when it is told to, as a library to preload.
//
// IO_FAULTS_FILES is the beginning of the paths that it is about (absolute, without symbolic
// links), like "/folder/events.db". As long as the file IO_FAULTS_ORDERS exists, calls on them fail
// as it says: a line "CALLS ERRNO" each, CALLS being one of write, truncate, sync, read, open (for
// writing) and ERRNO a number. A write that fails with ENOSPC first takes a beginning, as a disk
// that becomes full does. The orders are read anew at every call. Thread-safe.
//
// Memory maps are left alone: Debian's SQLite maps only the -shm file.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr size_t kSector = 512;

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

constexpr char kOrders[] = "IO_FAULTS_ORDERS";
constexpr char kFiles[] = "IO_FAULTS_FILES";

// Taken as the library is loaded: the gateway forgets its environment. The test of this library
// names them later.
const char* const orders_at_load = std::getenv(kOrders);
const char* const files_at_load = std::getenv(kFiles);

// The error that these calls fail with now, 0 for none. By raw system calls: the others are ours.
int OrderedError(const char* calls) {
  const char* orders = orders_at_load != nullptr ? orders_at_load : std::getenv(kOrders);
  if (orders == nullptr) return 0;
  const long file = syscall(SYS_openat, AT_FDCWD, orders, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 256> text = {};
  (void)syscall(SYS_read, file, text.data(), text.size() - 1);
  syscall(SYS_close, file);
  const char* line = std::strstr(text.data(), calls);
  return line == nullptr ? 0 : std::atoi(line + std::strlen(calls));
}

bool IsMeant(const char* path) {
  const char* files = files_at_load != nullptr ? files_at_load : std::getenv(kFiles);
  return files != nullptr && std::strncmp(path, files, std::strlen(files)) == 0;
}

bool IsMeant(int descriptor) {
  std::array<char, 64> link;
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  std::array<char, 4096> path = {};
  return readlink(link.data(), path.data(), path.size() - 1) > 0 && IsMeant(path.data());
}

// True, and errno is set: the call has to fail.
bool Fails(const char* calls, int descriptor) {
  const int before = errno;
  const int error = OrderedError(calls);
  const bool fails = error != 0 && IsMeant(descriptor);
  errno = fails ? error : before;
  return fails;
}

// What a failing write takes all the same.
size_t Taken(size_t size) { return errno == ENOSPC && size > kSector ? size / 2 : 0; }

ssize_t Write(const char* name, int file, const void* bytes, size_t size, off64_t offset) {
  if (Fails("write", file) && (size = Taken(size)) == 0) return -1;
  return Real<ssize_t (*)(int, const void*, size_t, off64_t)>(name)(file, bytes, size, offset);
}

ssize_t Read(const char* name, int file, void* bytes, size_t size, off64_t offset) {
  if (Fails("read", file)) return -1;
  return Real<ssize_t (*)(int, void*, size_t, off64_t)>(name)(file, bytes, size, offset);
}

int Truncate(const char* name, int file, off64_t size) {
  return Fails("truncate", file) ? -1 : Real<int (*)(int, off64_t)>(name)(file, size);
}

int Sync(const char* name, int file) {
  return Fails("sync", file) ? -1 : Real<int (*)(int)>(name)(file);
}

int Open(const char* name, const char* path, int flags, mode_t mode) {
  const int error = (flags & O_ACCMODE) != O_RDONLY ? OrderedError("open") : 0;
  if (error != 0 && IsMeant(path)) {
    errno = error;
    return -1;
  }
  return Real<int (*)(const char*, int, ...)>(name)(path, flags, mode);
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  if (Fails("write", file) && (size = Taken(size)) == 0) return -1;
  return Real<ssize_t (*)(int, const void*, size_t)>("write")(file, bytes, size);
}

ssize_t read(int file, void* bytes, size_t size) {
  if (Fails("read", file)) return -1;
  return Real<ssize_t (*)(int, void*, size_t)>("read")(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return Write("pwrite", file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return Write("pwrite64", file, bytes, size, offset);
}

ssize_t pread(int file, void* bytes, size_t size, off_t offset) {
  return Read("pread", file, bytes, size, offset);
}

ssize_t pread64(int file, void* bytes, size_t size, off64_t offset) {
  return Read("pread64", file, bytes, size, offset);
}

int ftruncate(int file, off_t size) noexcept { return Truncate("ftruncate", file, size); }

int ftruncate64(int file, off64_t size) noexcept { return Truncate("ftruncate64", file, size); }

int fsync(int file) { return Sync("fsync", file); }

int fdatasync(int file) { return Sync("fdatasync", file); }

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>(va_arg(arguments, int));
  va_end(arguments);
  return Open("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>(va_arg(arguments, int));
  va_end(arguments);
  return Open("open64", path, flags, mode);
}

}  // extern "C"
