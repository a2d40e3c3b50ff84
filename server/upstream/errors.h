// Which error a failure or an HTTP status is. The table is protos/README.md's.
#ifndef SERVER_UPSTREAM_ERRORS_H_
#define SERVER_UPSTREAM_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/upstream/http.h"
#include "server/upstream/masked_text.h"  // IWYU pragma: export

namespace kyc::upstream {

// The error of a call that got no answer. `upstream` is "finpay" or "widekyc".
absl::Status FailureStatus(absl::string_view upstream, const HttpFailure& failure);

// The error that an HTTP status other than 2xx is by itself. The endpoint may refine reason,
// details and metadata, never the code's class. Metadata: upstream, httpStatus, attempts, outcome.
//
// Whoever stands between may have made it, after the upstream took the body: so 408 and 5xx tell
// nothing of the call, unless it was surely_unprocessed. Then their outcome is refused, and 503 is
// UNAVAILABLE with RetryInfo (Retry-After, else 1 s). Other 4xx are refusals whoever made them: a
// proxy that refuses has not passed the request on. 429 has RetryInfo where RetryAfter has
// something.
//
// 409 without a code of the upstream's own is one of the "other 4xx"; a final 1xx and a status
// outside 100 to 599 are UPSTREAM_MALFORMED.
Error HttpStatusError(absl::string_view upstream, const HttpResponse& response);

// INTERNAL UPSTREAM_MALFORMED, outcome answered. `what` says in what, quoting nothing: it ends the
// sentence "The reply of the upstream finpay ...".
Error MalformedReply(absl::string_view upstream, const HttpResponse& response,
                     absl::string_view what);

// For refinements: replaces metadata["outcome"].
void SetOutcome(Error& error, Outcome outcome);

// Retry-After in seconds, or as a date (against the reply's own Date header, so that no clock is
// asked), from 0 to 1 h. nullopt: none that can be read.
absl::optional<absl::Duration> RetryAfter(const HttpResponse& response);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_ERRORS_H_
