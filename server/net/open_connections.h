// Which connections of this process are open.
#ifndef SERVER_NET_OPEN_CONNECTIONS_H_
#define SERVER_NET_OPEN_CONNECTIONS_H_

#include <string>
#include <vector>

namespace kyc::net {

// Where connections come in.
struct LocalEnd {
  int port = 0;      // Of TCP; 0 for
  std::string path;  // a Unix socket.

  bool operator==(const LocalEnd& other) const = default;
};

// Whether a connection that came in at one of `ends` is open in this process, whoever serves it.
// True where the system does not say. Looks at every open descriptor: not for each call.
// Thread-safe.
bool HasConnectionsAt(const std::vector<LocalEnd>& ends);

}  // namespace kyc::net

#endif  // SERVER_NET_OPEN_CONNECTIONS_H_
