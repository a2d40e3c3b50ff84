// The inbound HTTP/1.1 listener. Only request_reader and request_parser know Boost.Beast.
#ifndef SERVER_HTTP_SERVER_H_
#define SERVER_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/http/handler.h"
#include "server/net/listen_socket.h"
#include "server/tls/watched_pair.h"

namespace kyc::http {

struct ServerOptions {
  size_t max_body_bytes = 64 << 10;
  size_t max_header_bytes = 16 << 10;
  // At the limit, the connection that has been idle longest (between requests, before the end of a
  // request's head, or after its last answer) is closed for the new one. While none is idle, the
  // new one is answered 429 and closed.
  int max_connections = 1024;
  // Of one source (net/taker.h), whose own connection that has been idle longest is closed for a
  // new one; 0: half of what the others leave.
  int max_connections_of_a_source = 0;
  // For one request, from its first byte; a new connection's first one, from its accept.
  absl::Duration read_timeout = absl::Seconds(10);
  absl::Duration idle_timeout = absl::Seconds(75);  // Between requests of a connection.
  absl::Duration write_timeout = absl::Seconds(10);
  // Speaks TLS with the pair that is in use when a connection's turn comes; null: plaintext.
  std::shared_ptr<const tls::WatchedPair> pair = nullptr;
  // So many handshakes are begun with a second, once so many were after quiet. The rest waits, of
  // one source two seconds' worth, in all sources' turn; more are closed.
  int handshakes_a_second = 100;
  int handshakes_at_once = 300;
  absl::Duration handshake_timeout = absl::Seconds(5);
  // For the handler's reply, after which the request is answered 500 and its own reply is dropped.
  // What the handler has begun goes on: the request may take effect all the same.
  absl::Duration reply_timeout = absl::Seconds(30);
  // Told of each connection that comes, under that name. Outlives the server; null: nobody is.
  Metrics* metrics = nullptr;
  std::string name = "";
  // One line about connections that are not let in, the same one once a minute. Thread-safe; may be
  // null.
  std::function<void(absl::string_view line)> log = nullptr;
};

// One listener on one thread of its own. Owned by the gateway; the owner calls Drain, then destroys
// it (on another thread than the listener's). Handlers' OnReply may be called after destruction:
// they then do nothing.
//
// The requests of one connection are answered one after the other, in order. A reply of check_head,
// and any refusal of the listener itself, ends the connection.
//
// Refuses what Beast leaves to its user (request smuggling): request_rules.h.
class Server {
 public:
  // Serves whoever connects to `socket`, also those who came before.
  static std::unique_ptr<Server> Serve(net::ListenSocket socket, ServerOptions options,
                                       Handler handler);
  virtual ~Server() = default;

  // The port in use; 0 where it is a socket in the file system.
  virtual uint16_t port() const = 0;
  // Stops accepting, closes idle connections, and calls `drained` (on the listener's thread) once
  // the running requests are answered. Replies then say `Connection: close`. Called once.
  virtual void Drain(absl::AnyInvocable<void() &&> drained) = 0;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_SERVER_H_
