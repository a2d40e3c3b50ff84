#include "server/net/listen_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::net {
namespace {

constexpr absl::string_view kUnix = "unix:";
constexpr mode_t kOwnerAndGroup = 0660;

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

absl::StatusOr<sockaddr_un> UnixAddress(const std::string& address) {
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  const std::string path = address.substr(kUnix.size());
  if (path.empty() || path.size() >= sizeof(at.sun_path)) {
    return Cannot(address, "the path must have 1 to 107 bytes");
  }
  path.copy(at.sun_path, path.size());
  return at;
}

// What a gateway that has ended left behind: a socket that refuses.
void RemoveIfForsaken(const sockaddr_un& at) {
  struct stat found {};
  if (lstat(at.sun_path, &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (peer < 0) return;
  const bool refused = connect(peer, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 &&
                       errno == ECONNREFUSED;
  close(peer);
  if (refused) unlink(at.sun_path);
}

uint16_t PortOf(int descriptor) {
  sockaddr_storage at = {};
  socklen_t size = sizeof(at);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size);
  // At the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

}  // namespace

absl::StatusOr<ListenSocket> ListenSocket::OpenUnix(const std::string& address) {
  const auto at = UnixAddress(address);
  if (!at.ok()) return at.status();
  RemoveIfForsaken(*at);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Cannot(address, Why(errno));
  ListenSocket opened(descriptor, AF_UNIX);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&*at), sizeof(*at)) != 0) {
    return Cannot(address, Why(errno));
  }
  // Nobody can connect before it listens.
  if (chmod(at->sun_path, kOwnerAndGroup) != 0) return Cannot(address, Why(errno));
  if (listen(descriptor, SOMAXCONN) != 0) return Cannot(address, Why(errno));
  return opened;
}

absl::StatusOr<ListenSocket> ListenSocket::Open(const std::string& address) {
  if (absl::StartsWith(address, kUnix)) return OpenUnix(address);
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
