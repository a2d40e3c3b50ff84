// An HTTPS upstream that answers every request alike.
#ifndef TESTS_SUPPORT_TLS_UPSTREAM_H_
#define TESTS_SUPPORT_TLS_UPSTREAM_H_

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/certificates.h"

namespace kyc::tests {

// A thread for each connection. Thread-safe.
class TlsUpstream {
 public:
  struct Options {
    bool one_reply_each;  // Each connection ends, announced, with its first reply.
    int newest;           // E.g. TLS1_1_VERSION, spoken by whatever cipher; 0: the newest.
  };
  // HTTP 200 with this body. `chain` is shown beside the certificate.
  TlsUpstream(const Identity& identity, std::string body, const Identity* chain = nullptr,
              Options options = {false, 0});
  // Ends all connections.
  ~TlsUpstream();
  TlsUpstream(const TlsUpstream&) = delete;
  TlsUpstream& operator=(const TlsUpstream&) = delete;

  std::string url() const;

  // How many were accepted, with or without a handshake, and how many whole requests came.
  int connections() const { return connections_; }
  int requests() const { return requests_; }
  // How many handshakes resumed the session of an earlier connection.
  int resumed() const { return resumed_; }

 private:
  void Accept();
  void Serve(int socket);
  bool TakeRequest(SSL* ssl);

  const Options options_;
  const std::string reply_;
  uint16_t port_ = 0;  // Set while listener_ is made.
  const int listener_;
  SSL_CTX* const context_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> resumed_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;  // Guarded by mutex_; -1: closed.
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_TLS_UPSTREAM_H_
