#include "server/net/listen_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::net {
namespace {

using Found = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::Status Cannot(const std::string& address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", why));
}

// The system's words, and what to do about the errors that operators meet.
std::string Why(int error) {
  std::string why = strerror(error);
  if (error == EADDRINUSE) absl::StrAppend(&why, ", by another program or by another gateway");
  if (error == EADDRNOTAVAIL) absl::StrAppend(&why, ", this machine has no such address");
  if (error == EACCES) absl::StrAppend(&why, ", ports below 1024 need CAP_NET_BIND_SERVICE");
  return why;
}

absl::StatusOr<Found> Parse(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Cannot(address, "not address:port");
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
  if (error != 0) return Cannot(address, gai_strerror(error));
  return Found(found, freeaddrinfo);
}

uint16_t PortOf(int descriptor) {
  sockaddr_storage at = {};
  socklen_t size = sizeof(at);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size);
  // At the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

}  // namespace

absl::StatusOr<ListenSocket> ListenSocket::Open(const std::string& address) {
  const absl::StatusOr<Found> found = Parse(address);
  if (!found.ok()) return found.status();
  const addrinfo& at = **found;
  const int descriptor = socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Cannot(address, Why(errno));
  ListenSocket opened(descriptor, at.ai_family);
  // Else connections of an earlier gateway that are not forgotten yet would keep it from starting.
  const int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(descriptor, at.ai_addr, at.ai_addrlen) != 0) return Cannot(address, Why(errno));
  if (listen(descriptor, SOMAXCONN) != 0) return Cannot(address, Why(errno));
  opened.port_ = PortOf(descriptor);
  return opened;
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      family_(other.family_),
      port_(other.port_) {}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

int ListenSocket::Release() && { return std::exchange(descriptor_, -1); }

}  // namespace kyc::net
