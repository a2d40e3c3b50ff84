#include "server/net/open_connections.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <memory>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"

namespace kyc::net {
namespace {

// Neither port nor path for what is no such socket, or has no name.
LocalEnd LocalEndOf(int descriptor) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  switch (address.ss_family) {
    case AF_INET:
      return {ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port), ""};
    case AF_INET6:
      return {ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port), ""};
    case AF_UNIX:
      return {0, reinterpret_cast<const sockaddr_un&>(address).sun_path};
    default:
      return {};
  }
}

bool Listens(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

}  // namespace

bool HasConnectionsAt(const std::vector<LocalEnd>& ends) {
  constexpr auto kClose = [](DIR* directory) { closedir(directory); };
  const std::unique_ptr<DIR, decltype(kClose)> open(opendir("/proc/self/fd"));
  if (open == nullptr) return true;
  while (const dirent* entry = readdir(open.get())) {
    int descriptor;
    if (!absl::SimpleAtoi(entry->d_name, &descriptor)) continue;
    if (absl::c_linear_search(ends, LocalEndOf(descriptor)) && !Listens(descriptor)) return true;
  }
  return false;
}

}  // namespace kyc::net
