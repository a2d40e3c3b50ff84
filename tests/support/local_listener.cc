#include "tests/support/local_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace kyc::tests {

int ListenLocally(uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 4096) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return listener;
}

size_t ContentLength(const std::string& head) {
  static constexpr char kName[] = "content-length:";
  const std::string lower = absl::AsciiStrToLower(head);
  const size_t at = lower.find(kName);
  size_t length = 0;
  if (at == lower.npos) return 0;
  const size_t value = at + sizeof(kName) - 1;
  return absl::SimpleAtoi(lower.substr(value, lower.find('\r', value) - value), &length) ? length
                                                                                         : 0;
}

}  // namespace kyc::tests
