// Sends again what surely did not reach the upstream.
#ifndef SERVER_UPSTREAM_RETRY_H_
#define SERVER_UPSTREAM_RETRY_H_

#include <functional>

#include "absl/time/time.h"
#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

struct RetryOptions {
  int max_retries = 2;
  // The pause before a retry is anything from nothing to this ("full jitter"), to twice this before
  // the second one.
  absl::Duration first_pause = absl::Milliseconds(100);
  // Retries are limited to this share of the calls, and a few more for the start. Unused ones are
  // saved up to 100, so that a quiet day does not pay for a storm.
  int budget_percent = 10;
  int budget_at_start = 3;
};

// Retries kUnreachable, kProxyUnreachable and kConnectionLost, only if no byte of the body left and
// only while the caller's deadline leaves room for it; every other result is passed on. `attempts`
// is the sum. A call that is cancelled in a pause ends at once, with kCancelled and no further
// attempt. `on_retry` is called before each retry.
SendHttp Retry(SendHttp next, RetryOptions options, After after, Now now, Random random,
               std::function<void()> on_retry);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_RETRY_H_
