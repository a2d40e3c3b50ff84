// What stands between a service and one upstream.
#ifndef SERVER_UPSTREAM_CHAIN_H_
#define SERVER_UPSTREAM_CHAIN_H_

#include <string>

#include "server/call/ended_attempt.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// breaker( slots( retry( measured( libcurl ))))
//
// - The breaker first: while the upstream fails, a call is refused at once instead of taking a slot
//   or a place in line. It sees a call once, however many attempts that took; "no slot" counts as
//   nothing there.
// - Retries inside the slot: a call holds one slot from its first attempt to its answer, so that
//   retries never wait in line, and never are more than the slots at a time.
// - Measuring innermost: one figure per attempt.
//
// Innermost, too, the headers that tell the upstream which call it is, where the configuration
// names them.
//
// Where the configuration says that every 503 is the upstream's own word, one is
// surely_unprocessed.
//
// All of them measure on the steady clock, as a call's deadline does: a step of the wall clock
// changes no wait.
//
// One per upstream and account, made once; the loop and the metrics outlive it and its calls.
// `upstream` and `account` are metric labels.
// `on_attempt` is told of each attempt.
SendHttp MakeChain(CurlLoop& loop, const config::Upstream& settings, std::string upstream,
                   std::string account, Metrics* metrics, OnAttempt on_attempt = nullptr);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CHAIN_H_
