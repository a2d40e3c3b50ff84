// Sockets on 127.0.0.1.
#ifndef TOOLS_BENCHMARKS_SOCKET_H_
#define TOOLS_BENCHMARKS_SOCKET_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"

namespace kyc::bench {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Connected, without Nagle's delay, not blocking.
absl::StatusOr<Descriptor> Connect(uint16_t port);

struct Listener {
  Descriptor descriptor;
  uint16_t port = 0;
};

// Listens on a free port, not blocking.
absl::StatusOr<Listener> Listen();

// A connection that waits at `listener`; without a descriptor (-1) if there is none.
Descriptor Accept(const Descriptor& listener);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_SOCKET_H_
