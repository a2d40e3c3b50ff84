#include "server/net/taker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kyc::net {
namespace {

Descriptor OpenSpare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Taker::Taker() : spare_(OpenSpare()) {}

Taker::Taken Taker::Take(int listening) {
  for (;;) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof(peer);
    Descriptor connection(accept4(listening, reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.is_open()) {
      const int yes = 1;
      if (peer.ss_family != AF_UNIX) {
        setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
      }
      const IpAddress address(peer);
      return {What::kTaken, std::move(connection), address.Source().Text(), address};
    }
    switch (errno) {
      case EAGAIN:
        return {What::kNobody, {}, {}, {}};
      case EMFILE:
      case ENFILE:
        return {Shed(listening) ? What::kShed : What::kNotNow, {}, {}, {}};
      // This peer is gone, or its network broke: the next one may be there.
      case ECONNABORTED:
      case EINTR:
      case ENETDOWN:
      case EPROTO:
      case ENOPROTOOPT:
      case EHOSTDOWN:
      case ENONET:
      case EHOSTUNREACH:
      case EOPNOTSUPP:
      case ENETUNREACH:
        continue;
      default:
        return {What::kNotNow, {}, {}, {}};
    }
  }
}

bool Taker::Shed(int listening) {
  spare_.Close();
  bool shed = false;
  { shed = Descriptor(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC)).is_open(); }
  spare_ = OpenSpare();
  return shed;
}

}  // namespace kyc::net
