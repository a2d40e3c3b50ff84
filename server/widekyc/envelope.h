// The frame around every WideKYC reply.
#ifndef SERVER_WIDEKYC_ENVELOPE_H_
#define SERVER_WIDEKYC_ENVELOPE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/json/value.h"
#include "server/upstream/http.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::widekyc {

// The upstream's name in errors and metrics.
inline constexpr char kUpstream[] = "widekyc";

// A successful reply: content.result, whose status is success. Required is nothing more; what else
// is in the transaction is left out where it cannot be read.
struct Envelope {
  json::Value result;
  ::widekyc::v1::Transaction transaction;
  // transaction.trx_id as an error may show it; empty if it may not.
  std::string shown_trx_id = {};
};

// Reads the frame. Anything but a success is its error: an HTTP status other than 2xx decides the
// code, for 2xx the reply's statusCode does. `values` are masked in the upstream's words.
absl::StatusOr<Envelope> ReadEnvelope(const upstream::HttpResponse& response,
                                      const std::vector<std::string>& values,
                                      json::Deviations& deviations);

// UPSTREAM_MALFORMED of a success whose verdict cannot be read. `what` as in MalformedReply.
absl::Status NoVerdict(const upstream::HttpResponse& response, const Envelope& envelope,
                       absl::string_view what);

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_ENVELOPE_H_
