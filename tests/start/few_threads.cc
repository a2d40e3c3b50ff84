// A machine on which no more than MOST_THREADS threads can be made, as a library to preload.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

// Taken as the library is loaded: the gateway forgets its environment.
static const char* const most = std::getenv("MOST_THREADS");

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*),
                              void* with) {
  static std::atomic<int> made = 0;
  if (most != nullptr && made++ >= std::atoi(most)) return EAGAIN;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  return reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"))(thread, how, run, with);
}
