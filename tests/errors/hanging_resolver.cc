// Preloaded: a look-up of a name that ends in ".hangs" never ends; every other one is libc's.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <cstring>

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  constexpr char kEnd[] = ".hangs";
  const size_t length = host == nullptr ? 0 : std::strlen(host);
  while (length >= sizeof kEnd && std::strcmp(host + length + 1 - sizeof kEnd, kEnd) == 0) pause();
  using Next = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const Next next = reinterpret_cast<Next>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(host, service, hints, result);
}
