// The bytes of one connection, in plaintext or through TLS; private to this room.
#ifndef SERVER_HTTP_WIRE_H_
#define SERVER_HTTP_WIRE_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "absl/types/optional.h"
#include "server/tls/openssl.h"

namespace kyc::http {

using Executor = boost::asio::io_context::executor_type;
template <typename T>
using Task = boost::asio::awaitable<T, Executor>;
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

// Operations give an error code instead of throwing.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

// What Asio and Beast read and write. Owned by a connection.
class Wire {
 public:
  using executor_type = Executor;

  explicit Wire(Socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  // What is cancelled and closed.
  Socket& socket() { return socket_; }

  // All that is read and written from now on goes through this session. What ends it is the peer's
  // alert, ours, which is then sent, or the socket.
  Task<boost::system::error_code> Agree(tls::Owned<SSL> session) {
    tls_.emplace(socket_, session.release());
    const auto [error] =
        co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, kAwait);
    agreed_ = !error;
    co_return error;
  }
  // Tells the peer that nothing more is sent. In TLS that waits for it to say the same, or to send
  // anything else.
  Task<void> EndSending() {
    if (std::exchange(agreed_, false)) co_await tls_->async_shutdown(kAwait);
    boost::system::error_code ignored;
    socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return socket_.async_read_some(buffers, std::forward<Token>(token));
    return tls_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return socket_.async_write_some(buffers, std::forward<Token>(token));
    return tls_->async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  Socket socket_;
  absl::optional<boost::asio::ssl::stream<Socket&>> tls_;
  bool agreed_ = false;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_WIRE_H_
