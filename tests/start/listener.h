// A port that is in use.
#ifndef TESTS_START_LISTENER_H_
#define TESTS_START_LISTENER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace kyc::tests {

// Listens on a free port of 127.0.0.1 while it lives, and answers nobody.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(socket_, 1) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // "127.0.0.1:PORT".
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  uint16_t port() const { return port_; }

  // Whether somebody has connected.
  bool HasVisitor() const {
    pollfd ready = {.fd = socket_, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, 0) > 0;
  }

 private:
  const int socket_;
  uint16_t port_ = 0;
};

}  // namespace kyc::tests

#endif  // TESTS_START_LISTENER_H_
