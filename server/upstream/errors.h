// Which error a failure or an HTTP status is. The table is README.md's.
#ifndef SERVER_UPSTREAM_ERRORS_H_
#define SERVER_UPSTREAM_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/call/error.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// The error of a call that got no answer. `upstream` is "finpay" or "widekyc".
absl::Status FailureStatus(absl::string_view upstream, const HttpFailure& failure);

// The error that an HTTP status other than 2xx is by itself (503 as for an upstream that does not
// document it: UNKNOWN). The endpoint may refine reason, details and metadata, never the code's
// class. Metadata: upstream, httpStatus, attempts, outcome. RetryInfo is read from Retry-After
// (seconds or a date, at most 1 h).
Error HttpStatusError(absl::string_view upstream, const HttpResponse& response);

// INTERNAL UPSTREAM_MALFORMED, outcome answered. `what` says in what, quoting nothing.
Error MalformedReply(absl::string_view upstream, const HttpResponse& response,
                     absl::string_view what);

// The upstream's words with every value of the request (any of `values` of 3 bytes or more, in any
// letter case) and every run of four digits or more masked, control characters dropped, cut to 256
// characters on a UTF-8 boundary: fit for metadata["upstreamText"].
std::string MaskedText(absl::string_view text, const std::vector<std::string>& values);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_ERRORS_H_
