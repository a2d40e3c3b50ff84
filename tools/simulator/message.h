// What goes between the HTTP server and the simulated companies.
#ifndef TOOLS_SIMULATOR_MESSAGE_H_
#define TOOLS_SIMULATOR_MESSAGE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kyc::simulator {

using Header = std::pair<std::string, std::string>;

struct Request {
  std::string method;
  std::string target;           // As received: path and query.
  std::vector<Header> headers;  // Names in small letters.
  std::string body;
  uint16_t connection = 0;  // The peer's port: equal for requests of one kept connection.

  std::string_view header(std::string_view name) const {
    for (const Header& h : headers) {
      if (h.first == name) return h.second;
    }
    return {};
  }
};

// How an answer goes wrong on its way.
enum class Fault {
  kNone,
  kCloseBeforeReply,  // The whole request is read; then an orderly close, no byte of a reply.
  kResetBeforeReply,  // The same with a reset.
  kResetMidBody,      // A reset once the first bytes of the request's body are here.
  kEarlyReply,        // Replies once the first bytes of the body are here, reads no more, closes.
  kReplyCut,          // Half of the announced body, then a close.
  kWrongLength,       // Announces 10 bytes fewer than it sends.
  kChunked,           // Chunked instead of Content-Length: no fault, but another path for readers.
  kIdleClose,         // Closes after the reply without having announced it.
};

struct Answer {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<Header> headers = {};
  Fault fault = Fault::kNone;
  std::chrono::milliseconds delay = {};
};

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_MESSAGE_H_
