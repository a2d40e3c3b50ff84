// What an HTTP listener serves, as values: a request, its reply, and the steps between.
#ifndef SERVER_HTTP_HANDLER_H_
#define SERVER_HTTP_HANDLER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/ip_address.h"

namespace kyc::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// What arrived. Header names are in lower case; values as given, without surrounding blanks.
struct HttpCall {
  std::string method;
  std::string path;  // Without the query.
  std::string query;
  Headers headers;
  std::string body;     // Empty in CheckHead.
  absl::Time received;  // By SteadyNow.
  IpAddress from;       // Who connected: behind a proxy, the proxy.
  // The status with which it is refused once its body is read, or 0: 400 where its head breaks a
  // rule of HTTP, though it is sure where its body ends; or as check_head says.
  int flaw = 0;
  // Whom check_head took it for, in the handler's own words; that counts until its answer.
  std::string sender = {};

  // The first header of that (lower case) name, or nullopt.
  absl::optional<absl::string_view> Header(absl::string_view name) const;
};

// What a reply goes on with, until its client leaves or the listener ends. Pieces are asked for on
// the listener's thread, one at a time: at once, then each `every` after the one before has left,
// so that a slow client holds one and no more. A client that takes nothing is left after
// write_timeout.
struct Pieces {
  std::function<std::string()> next;  // Must not block.
  absl::Duration every;
};

struct HttpReply {
  int status = 200;
  Headers headers = {};
  std::string content_type = "application/json";
  std::string body = {};
  // Null: the body is all. Else it goes on and ends its connection, which gives way to a new one as
  // an idle one does, and which a drain does not wait for.
  std::shared_ptr<const Pieces> pieces = nullptr;
};

// Receives the reply: exactly once, on any thread; must not block. Destroyed without a call, it
// answers 500, so that no connection waits forever; so does the listener when it comes too late
// (ServerOptions::reply_timeout).
using OnReply = absl::AnyInvocable<void(HttpReply) &&>;

// What a listener serves, as two pure steps, so that a test needs no server.
struct Handler {
  // Judges method, path and headers before a byte of the body is buffered; a reply refuses the
  // request and ends the connection. May set the head's flaw and sender. Runs on the
  // listener's thread; must not block.
  std::function<absl::optional<HttpReply>(HttpCall& head)> check_head;
  // Whether these two are given what has a flaw, too, and refuse it as that says; else the listener
  // refuses it unread.
  bool judges_flaws = false;
  // Answers a whole request. Runs on the listener's thread; must not block.
  std::function<void(HttpCall call, OnReply on_reply)> handle;
  // The reply to what the listener itself refuses: 400 (not HTTP), 408, 413, 429, 431, 500, 501.
  std::function<HttpReply(int status)> refuse;
  // Told of each request that gets no reply of the handler's, so that none goes without a trace:
  // `status` is what the listener refuses it with, 0 where nobody is left to answer. `head` has
  // what could be read of its head, perhaps only some headers, and is not to be trusted for more
  // than a line in a log. Runs on the listener's thread; must not block. May be null.
  std::function<void(int status, const HttpCall& head)> not_handled;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_HANDLER_H_
