// A bound address: the step before serving, where opening a listener can still fail.
#ifndef SERVER_NET_LISTEN_SOCKET_H_
#define SERVER_NET_LISTEN_SOCKET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/net/descriptor.h"

namespace kyc::net {

// Owns a socket that listens. Nobody accepts from it: peers wait in the kernel's queue until
// somebody serves them, and are reset if nobody does.
class ListenSocket {
 public:
  // `address` is one of
  //   a.b.c.d:port, [x::y]:port   numeric; port 0 picks a free one;
  //   unix:/path                  a socket in the file system that its owner and group may use. One
  //                               that an earlier process left is replaced, under a lock of its
  //                               folder, which must be readable. Goes with this object;
  //   systemd:NAME                a socket that systemd has opened (inherited.h).
  // UNAVAILABLE with one line: the address, the system's own words, and what they mean here.
  static absl::StatusOr<ListenSocket> Open(const std::string& address);

  ListenSocket(ListenSocket&& other) noexcept = default;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  // 0 where it is in the file system.
  uint16_t port() const { return port_; }
  // AF_INET, AF_INET6 or AF_UNIX.
  int family() const { return family_; }
  int descriptor() const { return descriptor_.get(); }
  // The descriptor, the caller's from now on.
  int Release() && { return descriptor_.Release(); }

 private:
  explicit ListenSocket(Descriptor descriptor);

  static absl::StatusOr<ListenSocket> OpenTcp(const std::string& address);
  static absl::StatusOr<ListenSocket> OpenPath(const std::string& address, const std::string& path);

  Descriptor descriptor_;
  int family_ = 0;
  uint16_t port_ = 0;
  std::string path_;  // To be removed with it; empty: none.
};

// Whether somebody takes connections at such an address of this machine. Blocks, at most for
// `patience`.
bool IsServed(const std::string& address, absl::Duration patience);

}  // namespace kyc::net

#endif  // SERVER_NET_LISTEN_SOCKET_H_
