// A real forward proxy, Debian's tinyproxy, as a child process.
#ifndef TESTS_SUPPORT_TINYPROXY_H_
#define TESTS_SUPPORT_TINYPROXY_H_

#include <cstdint>
#include <string>

#include "tests/support/child_process.h"

namespace kyc::tests {

// Wants a user and password. Started by the constructor, which returns when it listens; a test
// failure if it never does.
class Tinyproxy {
 public:
  static constexpr char kUser[] = "gateway";
  static constexpr char kPassword[] = "planted-proxy-password";
  struct Options {
    bool connect_to_no_port;  // It refuses every CONNECT.
  };

  explicit Tinyproxy(Options options = {false});

  std::string url() const;
  // How many CONNECTs it took so far.
  int Tunnels() const;

 private:
  const uint16_t port_;
  const ChildProcess process_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_TINYPROXY_H_
