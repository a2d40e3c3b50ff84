// Hostile peers of a gateway, and what they cost it.
#ifndef TESTS_ATTACKS_HOSTILE_H_
#define TESTS_ATTACKS_HOSTILE_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace kyc::tests {

// HTTP/2 as bytes.
extern const std::string kH2Hello;  // The preface and empty settings.
std::string H2Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload);
// The headers of a health check; its stream stays open.
std::string H2Call(uint32_t stream);

// How a hostile peer comes.
struct Coming {
  int source = 0;    // Of several, each another address of this machine; none is 127.0.0.1.
  bool tls = false;  // Shakes hands first, and trusts anybody.
};

// A connection to 127.0.0.1 from another address of this machine, so that it takes nobody else's
// share. Not thread-safe.
class Hostile {
 public:
  explicit Hostile(uint16_t port, const Coming& coming = {});
  ~Hostile();
  Hostile(Hostile&& other) noexcept;

  // Sends until all is sent or the other side has ended it.
  void Send(absl::string_view bytes);
  // Waits until the other side has ended it; false if patience ends first.
  bool AwaitEnd();

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  int socket_;
  std::unique_ptr<SSL, Free> session_;  // Null: plaintext.
};

// What an attack costs is measured of a gateway that says what it says where it is used.
inline constexpr char kShippedLevel[] = "log_level: \"info\"";

// What a process has used.
struct Used {
  double cpu_seconds = 0;
  int64_t peak_kib = 0;
};
Used UsedBy(const ChildProcess& process);

// What an attack cost, and how long a new connection waited meanwhile.
struct Cost {
  Used used;  // More than before it.
  absl::Duration waited;
};
Cost CostOf(const Used& before, const Used& after, absl::Duration waited);
// "new connection 13 ms, CPU 0.01 s, memory 0 MiB", for whoever reads the test's output.
std::ostream& operator<<(std::ostream& out, const Cost& cost);

}  // namespace kyc::tests

#endif  // TESTS_ATTACKS_HOSTILE_H_
