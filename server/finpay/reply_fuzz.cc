// Whatever Finpay replies, with whichever status: a widget, or an error with its reason that
// repeats nothing of the request and not the credentials.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/finpay/upgrade_account_widget.h"
#include "tools/fuzz/input.h"

namespace {

using kyc::fuzz::Input;
using kyc::fuzz::Require;

constexpr int kStatuses[] = {200, 200, 200, 201, 204, 302, 400, 401, 403,
                             404, 408, 409, 413, 429, 500, 502, 503, 504};
constexpr char kPhone[] = "6281295288912";
constexpr char kFamily[] = "3174010101010101";
constexpr char kMother[] = "SITI RAHAYU PRATIWI";
constexpr char kPassword[] = "pass-that-opens-finpay";

kyc::finpay::WidgetCredentials Credentials() {
  const kyc::Secret key(std::string("kunci-uji-coba-1"));
  return {"MERCHANT1", kyc::Secret(kPassword), *kyc::crypto::FieldCipher::Make(key, key)};
}

::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest Request() {
  ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest request;
  request.set_partner_reference_no("order-1");
  request.set_phone_no(kPhone);
  request.mutable_personal_data()->set_kk_number(kFamily);
  request.mutable_personal_data()->set_biological_mother_name(kMother);
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& credentials = *new auto(Credentials());
  static const auto& request = *new auto(Request());
  static const auto& options = *new kyc::finpay::WidgetOptions();
  Input input(data, size);
  kyc::upstream::HttpResponse response;
  response.status = input.OneOf(kStatuses);
  response.body = std::string(input.rest());
  kyc::json::Deviations deviations;
  const auto answer = kyc::finpay::FromHttp(response, request, credentials, options, deviations);
  if (answer.ok()) {
    const absl::string_view url = answer->widget_url();
    Require(url.empty() || absl::StartsWithIgnoreCase(url, "https://"),
            "a widget's URL is of https");
    return 0;
  }
  Require(!kyc::ReasonOf(answer.status()).empty(), "an error has a reason");
  std::string shown(answer.status().message());
  for (const auto& [type, detail] : kyc::DetailsOf(answer.status()))
    absl::StrAppend(&shown, detail);
  for (const char* value : {kPhone, kFamily, kMother, kPassword}) {
    Require(!absl::StrContains(shown, value), "an error repeats nothing personal and no secret");
  }
  return 0;
}
