#include "server/net/listen_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/call/folder_of.h"
#include "server/call/steady_now.h"
#include "server/net/inherited.h"

namespace kyc::net {
namespace {

constexpr absl::string_view kUnix = "unix:";
constexpr absl::string_view kSystemd = "systemd:";
constexpr mode_t kOwnerAndGroup = 0660;
// How long another process may need for what takes us less than a millisecond.
constexpr absl::Duration kLongestOfOthers = absl::Seconds(2);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(5);

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
  if (error == ENOENT) absl::StrAppend(&why, ", the folder must be there");
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

// Who looks whether a socket was left behind, and puts another in its place, is alone in its folder
// meanwhile: of two that look at once the second would remove what the first has just bound. Until
// the descriptor is closed; OK says nothing of others who do not ask.
absl::Status LockFolderOf(const std::string& path, Descriptor& lock) {
  lock = Descriptor(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.is_open()) return absl::UnavailableError(Why(errno));
  const absl::Time until = SteadyNow() + kLongestOfOthers;
  while (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return absl::UnavailableError(Why(errno));
    if (SteadyNow() > until) return absl::UnavailableError("another program locks its folder");
    absl::SleepFor(kBetweenLooks);
  }
  return absl::OkStatus();
}

// Whether a connection to it comes about.
bool Connects(const sockaddr* at, socklen_t size, absl::Duration patience) {
  const Descriptor peer(socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(peer.get(), at, size) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd done = {.fd = peer.get(), .events = POLLOUT, .revents = 0};
  if (poll(&done, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) != 1) return false;
  int error = 0;
  socklen_t error_size = sizeof(error);
  return getsockopt(peer.get(), SOL_SOCKET, SO_ERROR, &error, &error_size) == 0 && error == 0;
}

// Whether nobody serves the socket that lies at this path: its process ended without removing it.
bool IsLeftBehind(const sockaddr_un& at) {
  struct stat found = {};
  if (lstat(at.sun_path, &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  const Descriptor peer(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(peer.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 &&
         errno == ECONNREFUSED;
}

}  // namespace

absl::StatusOr<ListenSocket> ListenSocket::Open(const std::string& address) {
  absl::string_view rest = address;
  if (absl::ConsumePrefix(&rest, kUnix)) return OpenPath(address, std::string(rest));
  if (absl::ConsumePrefix(&rest, kSystemd)) {
    absl::StatusOr<Descriptor> passed = Inherited(rest);
    if (!passed.ok()) return Cannot(address, passed.status().message());
    return ListenSocket(*std::move(passed));
  }
  return OpenTcp(address);
}

absl::StatusOr<ListenSocket> ListenSocket::OpenTcp(const std::string& address) {
  const absl::StatusOr<Found> found = Parse(address);
  if (!found.ok()) return found.status();
  const addrinfo& at = **found;
  Descriptor made(socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.is_open()) return Cannot(address, Why(errno));
  // Else connections of an earlier gateway that are not forgotten yet would keep it from starting.
  const int yes = 1;
  setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(made.get(), at.ai_addr, at.ai_addrlen) != 0) return Cannot(address, Why(errno));
  if (listen(made.get(), SOMAXCONN) != 0) return Cannot(address, Why(errno));
  return ListenSocket(std::move(made));
}

absl::StatusOr<ListenSocket> ListenSocket::OpenPath(const std::string& address,
                                                    const std::string& path) {
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(at.sun_path)) {
    return Cannot(address, "the path must have 1 to 107 bytes");
  }
  path.copy(at.sun_path, path.size());
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.is_open()) return Cannot(address, Why(errno));
  Descriptor lock;
  if (absl::Status alone = LockFolderOf(path, lock); !alone.ok()) {
    return Cannot(address, alone.message());
  }
  if (IsLeftBehind(at)) unlink(at.sun_path);
  if (bind(made.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0) {
    return Cannot(address, Why(errno));
  }
  // Nobody can connect before it listens.
  if (chmod(at.sun_path, kOwnerAndGroup) != 0 || listen(made.get(), SOMAXCONN) != 0) {
    return Cannot(address, Why(errno));
  }
  ListenSocket opened(std::move(made));
  opened.path_ = path;
  return opened;
}

bool IsServed(const std::string& address, absl::Duration patience) {
  absl::string_view path = address;
  if (!absl::ConsumePrefix(&path, kUnix)) {
    const absl::StatusOr<Found> found = Parse(address);
    return found.ok() && Connects((*found)->ai_addr, (*found)->ai_addrlen, patience);
  }
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(at.sun_path)) return false;
  path.copy(at.sun_path, path.size());
  return Connects(reinterpret_cast<const sockaddr*>(&at), sizeof(at), patience);
}

ListenSocket::ListenSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {
  sockaddr_storage at = {};
  socklen_t size = sizeof(at);
  getsockname(descriptor_.get(), reinterpret_cast<sockaddr*>(&at), &size);
  family_ = at.ss_family;
  if (family_ == AF_UNIX) return;
  // At the same place in both families.
  port_ = ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

// Not one that was put in its place meanwhile: who replaces it has found nobody who listens.
ListenSocket::~ListenSocket() {
  if (descriptor_.is_open() && !path_.empty()) unlink(path_.c_str());
}

}  // namespace kyc::net
