// Many HTTP/1.1 connections on one port, none with a thread of its own.
#ifndef TOOLS_SIMULATOR_HTTP_SERVER_H_
#define TOOLS_SIMULATOR_HTTP_SERVER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tools/simulator/message.h"

namespace kyc::simulator {

// Both are called on any thread of the io_context and must not block.
struct Handler {
  // Given the first bytes of a body still on its way: an answer at once, or nothing.
  std::function<std::optional<Answer>(const Request& partial)> early;
  std::function<Answer(Request request)> answer;
};

// Listens from its construction on (throws boost::system::system_error if it cannot), serves while
// `io` runs. `io` must be stopped before this dies. Bodies up to 64 MiB.
class HttpServer {
 public:
  HttpServer(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& at, Handler handler,
             std::chrono::milliseconds delay);

  uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::awaitable<void> Accept();
  boost::asio::awaitable<void> Serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const Handler handler_;
  const std::chrono::milliseconds delay_;
};

// The bytes of a reply with its fault, if that is one of framing. Pure.
std::string RenderReply(const Answer& answer, bool keep_alive);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_HTTP_SERVER_H_
