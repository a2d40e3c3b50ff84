// Takes connections from a listening socket, also once descriptors have run out.
#ifndef SERVER_NET_TAKER_H_
#define SERVER_NET_TAKER_H_

#include <string>

#include "server/call/ip_address.h"
#include "server/net/descriptor.h"

namespace kyc::net {

// A listener that cannot accept leaves its peers waiting in the kernel, for as long as whoever
// holds the descriptors likes, and is told of them at once again. So one is kept in reserve: it is
// given up for the moment that it takes to turn a peer away.
//
// Owned by a listener, used by its thread.
class Taker {
 public:
  enum class What {
    kTaken,
    kNobody,  // Nobody waits.
    kShed,    // No descriptor was left: whoever waited was turned away. Wait before the next.
    kNotNow,  // Nothing could be taken, for want of memory, say. Wait before the next.
  };
  struct Taken {
    What what;
    Descriptor connection;  // Non-blocking.
    std::string source;     // The text of `address`'s Source(): who is counted as one.
    IpAddress address;
  };

  Taker();

  // The next one who waits at this non-blocking socket.
  Taken Take(int listening);

 private:
  // Whether somebody was turned away.
  bool Shed(int listening);

  Descriptor spare_;
};

}  // namespace kyc::net

#endif  // SERVER_NET_TAKER_H_
