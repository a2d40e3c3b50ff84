#include "server/net/inherited.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::net {
namespace {

constexpr int kFirst = 3;

absl::string_view Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

// What it was told to be for this process; none otherwise.
int Count() {
  int process = 0, count = 0;
  if (!absl::SimpleAtoi(Variable("LISTEN_PID"), &process) || process != getpid()) return 0;
  return absl::SimpleAtoi(Variable("LISTEN_FDS"), &count) ? count : 0;
}

// What is taken, and whatever else has got that number, is not passed on to programs.
bool IsThere(int descriptor) {
  int yes = 0;
  socklen_t size = sizeof(yes);
  return fcntl(descriptor, F_GETFD) == 0 &&
         getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes != 0;
}

}  // namespace

absl::StatusOr<Descriptor> TakeInherited(absl::string_view name) {
  const int count = Count();
  if (count == 0) {
    return absl::NotFoundError(
        "no socket was passed to this process: it must be started by a socket unit of systemd");
  }
  const std::vector<absl::string_view> names = absl::StrSplit(Variable("LISTEN_FDNAMES"), ':');
  for (int i = 0; i < count; ++i) {
    const int descriptor = kFirst + i;
    if (static_cast<size_t>(i) >= names.size() || names[static_cast<size_t>(i)] != name) continue;
    if (!IsThere(descriptor)) {
      return absl::NotFoundError("it is no socket that listens, or is used by another listener");
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return Descriptor(descriptor);
  }
  return absl::NotFoundError(absl::StrCat("of the ", count,
                                          " sockets passed to this process none has that name: set "
                                          "FileDescriptorName in its socket unit"));
}

}  // namespace kyc::net
