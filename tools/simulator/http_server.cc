#include "tools/simulator/http_server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>

namespace kyc::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;

constexpr uint64_t kLargestBody = 64 << 20;
constexpr size_t kPeekBytes = 1 << 10;  // Enough for the fields that come before the images.
constexpr std::chrono::seconds kIdleTimeout(300);
constexpr std::chrono::seconds kLingerTimeout(2);
constexpr size_t kReadBytes = 64 << 10;  // Beast reads what has room: without it 512 bytes at once.
constexpr int kBacklog = 4096;

Request RequestOf(const http::request_header<>& header, uint16_t connection, std::string body) {
  Request request;
  request.method = std::string(header.method_string());
  request.target = std::string(header.target());
  request.connection = connection;
  request.body = std::move(body);
  for (const auto& field : header) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return request;
}

void Reset(beast::tcp_stream& stream) {
  boost::system::error_code ignored;
  stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream.socket().close(ignored);
}

// Takes what still arrives for a moment: closing over unread bytes would be a reset, and a reset
// can overtake the reply.
asio::awaitable<void> CloseAfterReply(beast::tcp_stream& stream) {
  boost::system::error_code error;
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
  stream.expires_after(kLingerTimeout);
  std::string sink(64 << 10, '\0');
  while (!error) {
    co_await stream.async_read_some(asio::buffer(sink), asio::redirect_error(use_awaitable, error));
  }
}

asio::awaitable<void> Pause(std::chrono::milliseconds time) {
  if (time.count() == 0) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

// Reads one request. An early answer ends the reading; so does an error, which throws.
asio::awaitable<std::optional<Answer>> ReadRequest(beast::tcp_stream& stream,
                                                   beast::flat_buffer& buffer, Parser& parser,
                                                   const Handler& handler, uint16_t connection) {
  co_await http::async_read_header(stream, buffer, parser, use_awaitable);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(stream, asio::buffer(kContinue), use_awaitable);
  }
  bool peeked = false;
  while (!parser.is_done()) {
    stream.expires_after(kIdleTimeout);
    co_await http::async_read_some(stream, buffer, parser, use_awaitable);
    const std::string& body = parser.get().body();
    if (peeked || parser.is_done() || body.size() < kPeekBytes) continue;
    peeked = true;
    std::optional<Answer> early =
        handler.early(RequestOf(parser.get().base(), connection, body.substr(0, kPeekBytes)));
    if (early) co_return early;
  }
  co_return std::nullopt;
}

// True if the connection may serve another request.
asio::awaitable<bool> Reply(beast::tcp_stream& stream, const Answer& answer, bool keep_alive) {
  if (answer.fault == Fault::kResetBeforeReply || answer.fault == Fault::kResetMidBody) {
    Reset(stream);
    co_return false;
  }
  if (answer.fault == Fault::kCloseBeforeReply) co_return false;
  const std::string reply = RenderReply(answer, keep_alive);
  stream.expires_after(kIdleTimeout);
  co_await asio::async_write(stream, asio::buffer(reply), use_awaitable);
  const bool sound = answer.fault == Fault::kNone || answer.fault == Fault::kChunked;
  if (answer.fault == Fault::kEarlyReply) co_await CloseAfterReply(stream);
  co_return sound&& keep_alive;
}

}  // namespace

HttpServer::HttpServer(asio::io_context& io, const tcp::endpoint& at, Handler handler,
                       std::chrono::milliseconds delay)
    : io_(io), acceptor_(asio::make_strand(io)), handler_(std::move(handler)), delay_(delay) {
  acceptor_.open(at.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(at);
  acceptor_.listen(kBacklog);
  asio::co_spawn(acceptor_.get_executor(), Accept(), asio::detached);
}

asio::awaitable<void> HttpServer::Accept() {
  for (;;) {
    const auto strand = asio::make_strand(io_);
    tcp::socket socket(strand);
    boost::system::error_code error;
    co_await acceptor_.async_accept(socket, asio::redirect_error(use_awaitable, error));
    if (error) {
      // Out of file descriptors, most likely: some connection will end.
      co_await Pause(std::chrono::milliseconds(100));
      continue;
    }
    asio::co_spawn(strand, Serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> HttpServer::Serve(tcp::socket socket) {
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  const uint16_t connection = socket.remote_endpoint(error).port();
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  buffer.reserve(kReadBytes);
  try {
    for (bool open = true; open;) {
      Parser parser;
      parser.body_limit(kLargestBody);
      stream.expires_after(kIdleTimeout);
      std::optional<Answer> answer =
          co_await ReadRequest(stream, buffer, parser, handler_, connection);
      const bool keep_alive = parser.get().keep_alive() && !answer;
      if (!answer) {
        std::string body = std::move(parser.get().body());
        answer = handler_.answer(RequestOf(parser.get().base(), connection, std::move(body)));
      }
      stream.expires_never();
      co_await Pause(delay_ + answer->delay);
      open = co_await Reply(stream, *answer, keep_alive);
    }
  } catch (const boost::system::system_error&) {
    // The peer went away or spoke no HTTP: nothing to say to it.
  }
  stream.socket().shutdown(tcp::socket::shutdown_both, error);
}

}  // namespace kyc::simulator
