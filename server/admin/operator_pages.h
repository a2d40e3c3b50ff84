// What operators may ask over HTTP: the console, /metrics, /calls, /healthz, /readyz.
#ifndef SERVER_ADMIN_OPERATOR_PAGES_H_
#define SERVER_ADMIN_OPERATOR_PAGES_H_

#include <functional>
#include <string>

#include "server/http/server.h"

namespace kyc::admin {

// What the pages tell. All are thread-safe, and must not block.
struct OperatorTexts {
  std::function<std::string()> metrics;  // In Prometheus' text format.
  std::function<std::string()> calls;    // The newest calls, as JSON.
  std::function<std::string()> unready;  // Empty when ready.
  std::function<std::string()> warning;  // Empty when there is nothing to say.
};

// The reply to whoever may not ask; runs on the listener's thread.
using Refusal = std::function<absl::optional<http::HttpReply>(const http::HttpCall& head)>;

// GET / is the console, which reads the others; /metrics and /calls are those texts; /healthz is
// 200 while the process answers; /readyz is 200, or 503 and `unready` while that is not empty; 200
// names `warning` where there is one. Everything else is 404 or 405. /healthz and /readyz are for
// everybody, as who probes has no token; whom `refusal` has a reply for gets that for all else.
http::Handler OperatorPages(OperatorTexts texts, Refusal refusal);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_OPERATOR_PAGES_H_
