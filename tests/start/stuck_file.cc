// A disk that whoever uses it waits for without end, as a network disk that is gone; a library to
// preload. STUCK_FILE is a path that cannot be opened; while there is a file STUCK_WHILE, nothing
// is synchronized. Says "stuck" on standard error before.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

void Wait() {
  static constexpr char kWord[] = "stuck\n";
  if (write(STDERR_FILENO, kWord, sizeof(kWord) - 1) < 0) return;
  for (;;) pause();
}

// Taken as the library is loaded: the gateway forgets its environment.
const char* const stuck_file = std::getenv("STUCK_FILE");
const char* const stuck_while = std::getenv("STUCK_WHILE");

void WaitIfStuck(const char* path) {
  if (stuck_file != nullptr && std::strcmp(stuck_file, path) == 0) Wait();
}

void WaitIfStuckNow() {
  if (stuck_while != nullptr && access(stuck_while, F_OK) == 0) Wait();
}

}  // namespace

extern "C" int open64(const char* path, int flags, ...) {
  WaitIfStuck(path);
  va_list more;
  va_start(more, flags);
  const unsigned mode = va_arg(more, unsigned);
  va_end(more);
  using Open = int (*)(const char*, int, ...);
  return reinterpret_cast<Open>(dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
}

extern "C" int open(const char* path, int flags, ...) {
  WaitIfStuck(path);
  va_list more;
  va_start(more, flags);
  const unsigned mode = va_arg(more, unsigned);
  va_end(more);
  using Open = int (*)(const char*, int, ...);
  return reinterpret_cast<Open>(dlsym(RTLD_NEXT, "open"))(path, flags, mode);
}

extern "C" int fsync(int file) {
  WaitIfStuckNow();
  using Sync = int (*)(int);
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fsync"))(file);
}

extern "C" int fdatasync(int file) {
  WaitIfStuckNow();
  using Sync = int (*)(int);
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fdatasync"))(file);
}
