#include "server/widekyc/passive_liveness.h"

#include <utility>
#include <vector>

#include "server/call/error.h"
#include "server/call/image_type.h"
#include "server/json/body.h"
#include "server/widekyc/envelope.h"
#include "server/widekyc/fields.h"
#include "server/widekyc/request.h"

namespace kyc::widekyc {

using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::DetectLivenessResponse;

absl::Status Validate(const DetectLivenessRequest& request, const Blob& selfie_image,
                      const Options& options) {
  std::vector<Violation> violations;
  CheckCommon(request, options, violations);
  CheckImage("selfie_image", selfie_image, options.max_image_bytes, violations);
  return InvalidRequest(std::move(violations));
}

upstream::HttpRequest ToHttp(const DetectLivenessRequest& request, Blob selfie_image,
                             const Secret& token, const Options& options) {
  json::ObjectWriter body;
  body.String("cust_ref_no", request.cust_ref_no());
  body.Base64("selfie_image", "", std::move(selfie_image));
  return Post("/api/passive-liveness", std::move(body).Finish(), token, options);
}

absl::StatusOr<DetectLivenessResponse> FromHttp(const upstream::HttpResponse& response,
                                                const DetectLivenessRequest& request,
                                                json::Deviations& deviations, const Secret& token) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(response, ValuesOf(request, token), deviations);
  if (!envelope.ok()) return envelope.status();
  const absl::optional<bool> live = Fields(envelope->result, deviations).Bool("result");
  if (!live) return NoVerdict(response, *envelope, "has no readable verdict");
  DetectLivenessResponse answer;
  answer.set_live(*live);
  *answer.mutable_transaction() = std::move(envelope->transaction);
  return answer;
}

}  // namespace kyc::widekyc
