// The inbound HTTP/1.1 listener. Its one .cc is the only file that knows Boost.Beast.
#ifndef SERVER_HTTP_SERVER_H_
#define SERVER_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::http {

// What arrived. Header names are in lower case; values as given, without surrounding blanks.
struct HttpCall {
  std::string method;
  std::string path;  // Without the query.
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // Empty in CheckHead.
  absl::Time received;

  // The first header of that (lower case) name, or nullopt.
  absl::optional<absl::string_view> Header(absl::string_view name) const;
};

struct HttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type = "application/json";
  std::string body;
};

// Receives the reply: exactly once, on any thread; must not block.
using OnReply = absl::AnyInvocable<void(HttpReply) &&>;

// What a listener serves, as two pure steps, so that a test needs no server.
struct Handler {
  // Judges method, path and headers before a byte of the body is buffered; a reply refuses the
  // request. Runs on the listener's thread; must not block.
  std::function<absl::optional<HttpReply>(const HttpCall& head)> check_head;
  // Answers a whole request. Runs on the listener's thread; must not block.
  std::function<void(HttpCall call, OnReply on_reply)> handle;
  // The reply to what the listener itself refuses: 400 (not HTTP), 408, 413, 429, 431, 501.
  std::function<HttpReply(int status)> refuse;
};

struct ServerOptions {
  std::string address;  // "127.0.0.1:8081"; port 0 picks a free one.
  size_t max_body_bytes = 64 << 10;
  size_t max_header_bytes = 16 << 10;
  int max_connections = 1024;
  absl::Duration read_timeout = absl::Seconds(10);   // For one request, from its first byte.
  absl::Duration idle_timeout = absl::Seconds(75);   // Between requests of a connection.
  absl::Duration write_timeout = absl::Seconds(10);
};

// One listener on one thread of its own. Owned by the gateway; the owner calls Drain, then destroys
// it. Handlers' OnReply may be called after destruction: they then do nothing.
//
// Refuses what Beast leaves to its user (request smuggling): any Transfer-Encoding but exactly
// `chunked`, Transfer-Encoding with Content-Length or in HTTP/1.0, several or garbage Host headers,
// no Host in HTTP/1.1, Content-Encoding, absolute-form and authority-form targets; caps chunk
// extensions and trailers.
class Server {
 public:
  // UNAVAILABLE with one line that names the address when it cannot listen.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Handler handler);
  virtual ~Server() = default;

  // The port in use.
  virtual uint16_t port() const = 0;
  // Stops accepting, closes idle connections, and calls `drained` (on the listener's thread) once
  // the running requests are answered. Replies then say `Connection: close`.
  virtual void Drain(absl::AnyInvocable<void() &&> drained) = 0;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_SERVER_H_
