// Tells the log why calls got no answer.
#ifndef SERVER_UPSTREAM_LOG_FAILURES_H_
#define SERVER_UPSTREAM_LOG_FAILURES_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "server/upstream/http.h"

namespace kyc::upstream {

// Passes everything on, and writes one warning for each failed attempt: request id, upstream,
// account, kind, whether it was sent, attempts and libcurl's words, nothing of the request. Calls
// that are refused by the thousand (circuit open, no slot) are told once, and once when it is over.
SendHttp LogFailures(SendHttp send, std::string upstream, std::string account,
                     std::shared_ptr<spdlog::logger> log);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_LOG_FAILURES_H_
