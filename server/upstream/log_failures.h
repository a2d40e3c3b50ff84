// Tells the log why calls got no answer.
#ifndef SERVER_UPSTREAM_LOG_FAILURES_H_
#define SERVER_UPSTREAM_LOG_FAILURES_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "server/call/steady_now.h"
#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

// Passes everything on, and writes warnings: request id, upstream, account, kind, whether it was
// sent, attempts and libcurl's words, nothing of the request. Thread-safe.
//
// A call that was sent may be billed: each has its line. Those that were surely not sent fail by
// the thousand (circuit open, no slot, unreachable): of each kind the first one has a line, the
// others are counted, and one line says so when it is over: when a call ends and none has failed so
// for 10 s of `now`, which is a steady clock. A call that does not fail costs an atomic load.
SendHttp LogFailures(SendHttp send, std::string upstream, std::string account,
                     std::shared_ptr<spdlog::logger> log, Now now = SteadyNow);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_LOG_FAILURES_H_
