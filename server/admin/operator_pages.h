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

// GET / is the console, which reads the others; /metrics and /calls are those texts; /healthz is
// 200 while the process answers; /readyz is 200, or 503 and `unready` while that is not empty; 200
// names `warning` where there is one. Everything else is 404 or 405.
http::Handler OperatorPages(OperatorTexts texts);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_OPERATOR_PAGES_H_
