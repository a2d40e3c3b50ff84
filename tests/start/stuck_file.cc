// A file that whoever opens it waits for without end, as on a network disk that is gone; a library
// to preload. STUCK_FILE is its path. Says "stuck" on standard error before.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

void WaitIfStuck(const char* path) {
  const char* stuck = std::getenv("STUCK_FILE");
  if (stuck == nullptr || std::strcmp(stuck, path) != 0) return;
  static constexpr char kWord[] = "stuck\n";
  if (write(STDERR_FILENO, kWord, sizeof(kWord) - 1) < 0) return;
  for (;;) pause();
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
