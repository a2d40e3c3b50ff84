// The bytes of a client's connection, in plaintext or TLS.
#ifndef TOOLS_BENCHMARKS_WIRE_H_
#define TOOLS_BENCHMARKS_WIRE_H_

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/benchmarks/outbox.h"
#include "tools/benchmarks/socket.h"

namespace kyc::bench {

enum class Speaks { kPlaintext, kTls };

// Single-threaded.
class Wire {
 public:
  // Connects to 127.0.0.1 and, by TLS, agrees on keys for HTTP/2 with whoever is there; blocks for
  // that, and not after it.
  static absl::StatusOr<Wire> Open(uint16_t port, Speaks speaks);

  int descriptor() const { return socket_.get(); }
  // As recv, of what is there.
  ssize_t Read(char* buffer, size_t size);
  Outbox::Written Write(Outbox& outbox);

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  explicit Wire(Descriptor socket) : socket_(std::move(socket)) {}
  absl::Status Agree();

  Descriptor socket_;
  std::unique_ptr<SSL, Free> session_;  // Null: plaintext.
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WIRE_H_
