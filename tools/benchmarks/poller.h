// The generator's loop: one thread, epoll.
#ifndef TOOLS_BENCHMARKS_POLLER_H_
#define TOOLS_BENCHMARKS_POLLER_H_

#include <sys/epoll.h>

#include <cstdint>
#include <vector>

#include "tools/benchmarks/socket.h"

namespace kyc::bench {

// What a poller tells of.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void OnReady(uint32_t epoll_events) = 0;
};

// Single-threaded. Whoever is added outlives the poller, or is removed outside of Wait.
class Poller {
 public:
  Poller();

  void Add(int fd, Pollable& whom);
  // Whether to tell when `fd` takes bytes, too.
  void TellWritable(int fd, Pollable& whom, bool tell);
  void Remove(int fd);

  // Tells everyone who is ready; waits at most so long for one.
  void Wait(int milliseconds);

 private:
  Descriptor epoll_;
  std::vector<epoll_event> events_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_POLLER_H_
