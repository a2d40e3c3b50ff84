#include "server/net/own_peers.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"

namespace kyc::net {
namespace {

bool IsConnected(int descriptor, absl::Duration patience) {
  pollfd ready = {descriptor, POLLOUT, 0};
  if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) != 1) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

SocketName SocketName::Of(int descriptor) {
  SocketName name;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&name.address), &name.size);
  return name;
}

SocketName SocketName::Reachable() const {
  SocketName name = *this;
  if (address.ss_family == AF_INET) {
    auto& at = reinterpret_cast<sockaddr_in&>(name.address);
    if (at.sin_addr.s_addr == htonl(INADDR_ANY)) at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (address.ss_family == AF_INET6) {
    auto& at = reinterpret_cast<sockaddr_in6&>(name.address);
    if (IN6_IS_ADDR_UNSPECIFIED(&at.sin6_addr)) at.sin6_addr = in6addr_loopback;
  }
  return name;
}

bool SocketName::operator==(const SocketName& other) const {
  return size == other.size && std::memcmp(&address, &other.address, size) == 0;
}

OwnPeers::Peer::Peer(OwnPeers& of, Descriptor socket, SocketName name)
    : of_(&of), socket_(std::move(socket)), name_(name) {
  const absl::MutexLock lock(&of_->mutex_);
  of_->names_.push_back(name_);
}

OwnPeers::Peer::Peer(Peer&& other) noexcept
    : of_(std::exchange(other.of_, nullptr)),
      socket_(std::move(other.socket_)),
      name_(other.name_) {}

OwnPeers::Peer::~Peer() {
  if (of_ == nullptr) return;
  const absl::MutexLock lock(&of_->mutex_);
  of_->names_.erase(absl::c_find(of_->names_, name_));
}

absl::optional<OwnPeers::Peer> OwnPeers::Connect(const SocketName& to, absl::Duration patience) {
  const SocketName there = to.Reachable();
  Descriptor made(socket(there.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.is_open()) return absl::nullopt;
  if (there.address.ss_family != AF_UNIX) {
    // Its own address, before whoever accepts can ask for it.
    SocketName here = there;
    reinterpret_cast<sockaddr_in&>(here.address).sin_port = 0;  // At the same place in both.
    if (bind(made.get(), reinterpret_cast<const sockaddr*>(&here.address), here.size) != 0) {
      return absl::nullopt;
    }
  }
  const SocketName name = SocketName::Of(made.get());
  Peer peer(*this, std::move(made), name);
  const int connected =
      connect(peer.descriptor(), reinterpret_cast<const sockaddr*>(&there.address), there.size);
  if (connected != 0 && errno != EINPROGRESS) return absl::nullopt;
  if (!IsConnected(peer.descriptor(), patience)) return absl::nullopt;
  return peer;
}

bool OwnPeers::Has(int connection) const {
  const absl::MutexLock lock(&mutex_);
  if (names_.empty()) return false;
  SocketName peer;
  if (getpeername(connection, reinterpret_cast<sockaddr*>(&peer.address), &peer.size) != 0) {
    return false;
  }
  if (peer.address.ss_family != AF_UNIX) return absl::c_linear_search(names_, peer);
  ucred who = {};
  socklen_t size = sizeof(who);
  return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid == getpid();
}

}  // namespace kyc::net
