// Stops calling an upstream that fails.
#ifndef SERVER_UPSTREAM_BREAKER_H_
#define SERVER_UPSTREAM_BREAKER_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "server/config/settings.h"
#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

// Closed: counts calls and failures over a sliding window. Open: answers kCircuitOpen, with the
// time that is left. Half open: lets `probes` calls through at a time, and remembers how each
// ended. It closes once so many have succeeded, or once one did and nothing failed for a whole
// window; it opens again at a failure, unless more have succeeded.
//
// A failure is a transport fault (no connection, a lost one, an unreadable reply), our own timeout,
// an HTTP 5xx, or silence for `unanswered_counts_after` until the caller gave up: many callers wait
// for less than our own timeout, and each of their calls may have been billed. Every other answer
// is a success, also a refusal. What says nothing about the upstream counts as nothing: a caller
// that gave up sooner, no slot; nor does what only a person can mend, because callers are to read
// what that is and not to come back soon: a certificate that does not verify, a proxy that refuses.
// `on_change` is told "open", "half_open" and "closed", in order; it
// must not block or send.
SendHttp WithBreaker(SendHttp next, config::Breaker options, Now now,
                     std::function<void(absl::string_view state)> on_change);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_BREAKER_H_
