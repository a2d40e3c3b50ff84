// Connections that this process opens to itself, told apart from everybody else's.
#ifndef SERVER_NET_OWN_PEERS_H_
#define SERVER_NET_OWN_PEERS_H_

#include <sys/socket.h>

#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/net/descriptor.h"

namespace kyc::net {

// A socket's address.
struct SocketName {
  static SocketName Of(int descriptor);
  // Where somebody on this machine reaches it: an address in place of "any".
  SocketName Reachable() const;
  bool operator==(const SocketName& other) const;

  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
};

// Thread-safe. By a TCP peer's address and port, which nobody else has while it is open; by a
// socket's in the file system by the kernel's word on which process connected.
class OwnPeers {
 public:
  // This process's end, while it lives. Outlived by OwnPeers.
  class Peer {
   public:
    Peer(Peer&& other) noexcept;
    ~Peer();
    // Non-blocking and connected.
    int descriptor() const { return socket_.get(); }

   private:
    friend class OwnPeers;
    Peer(OwnPeers& of, Descriptor socket, SocketName name);

    OwnPeers* of_;
    Descriptor socket_;
    SocketName name_;
  };

  // Connects to a listening socket of this machine; blocks, at most for `patience`.
  absl::optional<Peer> Connect(const SocketName& to, absl::Duration patience);
  // Whether the other end of this accepted connection is one of these.
  bool Has(int connection) const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<SocketName> names_;  // Guarded by mutex_.
};

}  // namespace kyc::net

#endif  // SERVER_NET_OWN_PEERS_H_
