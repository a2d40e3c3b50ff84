// WideKYC's id-validation endpoint as three pure functions.
// Source: WideKYC API, section 3, ID Validation.
#ifndef SERVER_WIDEKYC_ID_VALIDATION_H_
#define SERVER_WIDEKYC_ID_VALIDATION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/call/blob.h"
#include "server/call/secret.h"
#include "server/json/value.h"
#include "server/upstream/http.h"
#include "server/widekyc/options.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::widekyc {

// Every violation at once, as INVALID_ARGUMENT INVALID_REQUEST.
absl::Status Validate(const ::widekyc::v1::ValidateIdRequest& request, const Blob& selfie_image,
                      const Options& options);

upstream::HttpRequest ToHttp(const ::widekyc::v1::ValidateIdRequest& request, Blob selfie_image,
                             const Secret& token, const Options& options);

// `request` and `token` only serve to mask their values in the upstream's words. `deviations` are
// added to.
absl::StatusOr<::widekyc::v1::ValidateIdResponse> FromHttp(
    const upstream::HttpResponse& response, const ::widekyc::v1::ValidateIdRequest& request,
    json::Deviations& deviations, const Secret& token = Secret());

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_ID_VALIDATION_H_
