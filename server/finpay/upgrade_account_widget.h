// Finpay's upgrade-account-widget endpoint as three pure functions.
// Source: Finpay "Upgrade Account Widget", version 1.0.
#ifndef SERVER_FINPAY_UPGRADE_ACCOUNT_WIDGET_H_
#define SERVER_FINPAY_UPGRADE_ACCOUNT_WIDGET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "finpay/linkage/v1/linkage.pb.h"
#include "server/call/blob.h"
#include "server/call/secret.h"
#include "server/crypto/field_cipher.h"
#include "server/json/value.h"
#include "server/upstream/http.h"

namespace kyc::finpay {

// The pictures of a request, whose `content` fields are left empty in the message.
struct WidgetImages {
  Blob ktp;
  Blob selfie;
};

// What the gateway adds to a request.
struct WidgetCredentials {
  std::string merchant_id;
  Secret merchant_pass;
  crypto::FieldCipher cipher;
};

struct WidgetOptions {
  std::string base_url;  // Without a trailing slash.
  int64_t max_image_bytes = 8 << 20;
  int64_t max_reply_bytes = 1 << 20;
  bool allow_http_widget_url = false;
  upstream::Headers extra_headers;
  // Names that a request's `account` may have. The service fills it in.
  std::vector<std::string> accounts;
};

// Every violation at once, as INVALID_ARGUMENT INVALID_REQUEST.
absl::Status Validate(const ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest& request,
                      const WidgetImages& images, const WidgetOptions& options);

// In what a valid request is looser than the document, though it is sent.
json::Deviations DeviationsOf(
    const ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest& request);

upstream::HttpRequest ToHttp(
    const ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest& request, WidgetImages images,
    const WidgetCredentials& credentials, const WidgetOptions& options);

// `request` and `credentials` only serve to mask their values in the upstream's words. `deviations`
// are added to.
absl::StatusOr<::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse> FromHttp(
    const upstream::HttpResponse& response,
    const ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest& request,
    const WidgetCredentials& credentials, const WidgetOptions& options,
    json::Deviations& deviations);

}  // namespace kyc::finpay

#endif  // SERVER_FINPAY_UPGRADE_ACCOUNT_WIDGET_H_
