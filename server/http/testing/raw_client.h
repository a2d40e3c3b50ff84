// A TCP client for tests that sends exactly the bytes it is given.
#ifndef SERVER_HTTP_TESTING_RAW_CLIENT_H_
#define SERVER_HTTP_TESTING_RAW_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// OpenSSL's, without its headers: BoringSSL's, which others include beside this, have the same
// names.
struct ssl_st;
struct ssl_ctx_st;

namespace kyc::http {

// Where it connects to.
struct Target {
  Target(uint16_t to) : port(to) {}  // NOLINT: a port is where plaintext is spoken.
  Target(uint16_t to, ssl_ctx_st* context) : port(to), tls(context) {}

  uint16_t port;
  ssl_ctx_st* tls = nullptr;  // Null: plaintext.
};

// One connection to 127.0.0.1. Every read gives up after 10 s. TLS is agreed on by the first byte
// that is sent or read.
class RawClient {
 public:
  // `from`: the address of this machine that it connects from.
  explicit RawClient(Target to, const char* from = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  // Bytes that the peer refuses because it has closed are dropped.
  void Send(absl::string_view bytes);
  // Whether the peer has said that it sends no more; in plaintext that cannot be told from a break.
  bool ended() const;
  // No more bytes will be sent.
  void EndSending();
  // Everything up to and with `mark`, or to the peer's end of the stream if it never comes.
  std::string ReadTo(absl::string_view mark);
  // One response: its head, and the body that its Content-Length announces.
  std::string ReadResponse();
  // Everything until the peer closes.
  std::string ReadAll();

 private:
  bool More();

  int socket_;
  ssl_st* session_ = nullptr;
  bool connected_;
  std::string unread_;
};

// All that the server says to `bytes` on a connection of their own, until it closes.
std::string Exchange(Target to, absl::string_view bytes);

// The status of a response's first line, or 0.
int StatusOf(absl::string_view response);

}  // namespace kyc::http

#endif  // SERVER_HTTP_TESTING_RAW_CLIENT_H_
