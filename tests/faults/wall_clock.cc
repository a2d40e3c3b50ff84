// A wall clock that is wrong when it is told to be, as a library to preload. The steady clocks
// stay.
//
// As long as the file WALL_CLOCK_ERROR exists, the wall clock is ahead by the seconds that stand in
// it (a whole number, which may be negative). The file is read anew at every call. Thread-safe.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace {

constexpr char kFile[] = "WALL_CLOCK_ERROR";

// Taken as the library is loaded: the gateway forgets its environment. The test of this library
// names it later.
const char* const path_at_load = std::getenv(kFile);

// By raw system calls: the others are ours.
long long Error() {
  const char* path = path_at_load != nullptr ? path_at_load : std::getenv(kFile);
  if (path == nullptr) return 0;
  const int before = errno;
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  std::array<char, 32> text = {};
  if (file >= 0) {
    (void)syscall(SYS_read, file, text.data(), text.size() - 1);
    syscall(SYS_close, file);
  }
  errno = before;
  return std::atoll(text.data());
}

bool IsWall(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && IsWall(clock)) time->tv_sec += Error();
  return static_cast<int>(result);
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* into) noexcept {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  if (into != nullptr) *into = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
