// A client of few lines over plain sockets, so that tests see every byte and every close.
#ifndef TOOLS_SIMULATOR_TESTING_RAW_CLIENT_H_
#define TOOLS_SIMULATOR_TESTING_RAW_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kyc::simulator {

class RawClient {
 public:
  explicit RawClient(uint16_t port);  // To 127.0.0.1.
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  bool connected() const { return socket_ >= 0; }
  // Stops at the first error: a server may well close while we send.
  void Send(std::string_view bytes);
  // Up to the server's close. Sets reset() if that was a reset.
  std::string ReadAll();
  // One reply with Content-Length, head and body.
  std::string ReadReply();
  bool reset() const { return reset_; }

 private:
  bool ReadMore(std::string& bytes);

  int socket_;
  bool reset_ = false;
};

// A POST with its head.
std::string PostRequest(std::string_view path, std::string_view headers, std::string_view body);

// Of a reply: the status, the value of a header ("" if absent), what follows the head.
int StatusOf(std::string_view reply);
std::string HeaderOf(std::string_view reply, std::string_view name);
std::string BodyOf(std::string_view reply);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_TESTING_RAW_CLIENT_H_
