// What operators may ask over HTTP: /metrics, /healthz, /readyz.
#ifndef SERVER_ADMIN_OPERATOR_PAGES_H_
#define SERVER_ADMIN_OPERATOR_PAGES_H_

#include <functional>
#include <string>

#include "server/http/server.h"

namespace kyc::admin {

// GET /metrics is `metrics()`; /healthz is 200 while the process answers; /readyz is 200, or 503
// and `unready()` while that is not empty; 200 names `warning()` where there is one. Everything
// else is 404 or 405. The functions must be thread-safe.
http::Handler OperatorPages(std::function<std::string()> metrics,
                            std::function<std::string()> unready,
                            std::function<std::string()> warning);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_OPERATOR_PAGES_H_
