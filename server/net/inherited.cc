#include "server/net/inherited.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace kyc::net {
namespace {

constexpr int kFirst = 3;

int NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : 0;
}

// Those of this process, and not of one that started it in between.
std::vector<std::string> PassedNames() {
  if (NumberIn("LISTEN_PID") != getpid()) return {};
  const char* const text = std::getenv("LISTEN_FDNAMES");
  std::vector<std::string> names = absl::StrSplit(text == nullptr ? "" : text, ':');
  names.resize(std::max(NumberIn("LISTEN_FDS"), 0));
  return names;
}

// Whether connections that come by it can be accepted.
bool Listens(int descriptor) {
  int listens = 0, type = 0;
  socklen_t size = sizeof(int);
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
         getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && listens != 0 &&
         type == SOCK_STREAM;
}

}  // namespace

absl::StatusOr<Descriptor> Inherited(absl::string_view name) {
  const std::vector<std::string> names = PassedNames();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    return absl::UnavailableError(
        "no socket of that name was passed: give it one by FileDescriptorName= in a .socket unit");
  }
  if (std::count(names.begin(), names.end(), name) > 1) {
    return absl::UnavailableError(
        "more than one socket of that name was passed: a name for each, and a .socket unit");
  }
  const int descriptor = kFirst + static_cast<int>(at - names.begin());
  if (!Listens(descriptor)) {
    return absl::UnavailableError("what was passed under that name is no listening stream socket");
  }
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return Descriptor(descriptor);
}

}  // namespace kyc::net
