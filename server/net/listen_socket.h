// A bound address: the step before serving, where opening a listener can still fail.
#ifndef SERVER_NET_LISTEN_SOCKET_H_
#define SERVER_NET_LISTEN_SOCKET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace kyc::net {

// Owns a TCP or UNIX socket that listens. Nobody accepts from it: peers wait in the kernel's queue until
// somebody takes the descriptor and serves them, and are reset if nobody does.
class ListenSocket {
 public:
  // `address` is "a.b.c.d:port" or "[x::y]:port", numeric; port 0 picks a free one. Or "unix:/path":
  // its owner and group may connect; a socket that nobody serves any more is replaced. UNAVAILABLE
  // with one line: the address, the system's own words, and what they mean here.
  static absl::StatusOr<ListenSocket> Open(const std::string& address);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  // 0 for a path.
  uint16_t port() const { return port_; }
  // AF_INET, AF_INET6 or AF_UNIX.
  int family() const { return family_; }
  // The descriptor, the caller's from now on.
  int Release() &&;

 private:
  static absl::StatusOr<ListenSocket> OpenUnix(const std::string& address);

  ListenSocket(int descriptor, int family) : descriptor_(descriptor), family_(family) {}

  int descriptor_;  // -1: taken.
  int family_;
  uint16_t port_ = 0;
};

}  // namespace kyc::net

#endif  // SERVER_NET_LISTEN_SOCKET_H_
