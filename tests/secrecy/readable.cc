// A process whose parent may read its memory whoever runs both, as a library to preload: the
// gateway would forbid it.
#include <dlfcn.h>
#include <sys/prctl.h>

#include <cstdarg>

extern "C" int prctl(int what, ...) noexcept {
  if (what == PR_SET_DUMPABLE) return 0;
  va_list list;
  va_start(list, what);
  const unsigned long a = va_arg(list, unsigned long);
  const unsigned long b = va_arg(list, unsigned long);
  const unsigned long c = va_arg(list, unsigned long);
  const unsigned long d = va_arg(list, unsigned long);
  va_end(list);
  using Prctl = int (*)(int, ...);
  return reinterpret_cast<Prctl>(dlsym(RTLD_NEXT, "prctl"))(what, a, b, c, d);
}
