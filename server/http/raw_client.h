// A TCP client for tests that sends exactly the bytes it is given.
#ifndef SERVER_HTTP_RAW_CLIENT_H_
#define SERVER_HTTP_RAW_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kyc::http {

// One connection to 127.0.0.1. Every read gives up after 10 s.
class RawClient {
 public:
  // `from`: the address of this machine that it connects from.
  explicit RawClient(uint16_t port, const char* from = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  // Bytes that the peer refuses because it has closed are dropped.
  void Send(absl::string_view bytes);
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
  bool connected_;
  std::string unread_;
};

// All that the server says to `bytes` on a connection of their own, until it closes.
std::string Exchange(uint16_t port, absl::string_view bytes);

// The status of a response's first line, or 0.
int StatusOf(absl::string_view response);

}  // namespace kyc::http

#endif  // SERVER_HTTP_RAW_CLIENT_H_
