#include "server/finpay/upgrade_account_widget.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/account_choice.h"
#include "server/call/error.h"
#include "server/call/image_type.h"
#include "server/call/personal.h"
#include "server/call/request_id.h"
#include "server/call/text_rules.h"
#include "server/finpay/refusal.h"
#include "server/finpay/text.h"
#include "server/json/body.h"
#include "server/upstream/errors.h"

namespace kyc::finpay {
namespace {

using ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;
using ::finpay::linkage::v1::Image;
using ::finpay::linkage::v1::Outcome;
using ::finpay::linkage::v1::PersonalData;
using json::Deviations;
using json::Value;
using upstream::HttpResponse;
using upstream::MalformedReply;
using Violations = std::vector<Violation>;

constexpr size_t kMaxUrl = 2048;
constexpr size_t kMaxName = 256;

void CheckPersonalData(const PersonalData& data, Violations& violations) {
  if (!data.kk_number().empty() && !AreDigits(data.kk_number(), 1, 16)) {
    violations.push_back({"personal_data.kk_number", "must be 1 to 16 digits"});
  }
  if (data.biological_mother_name().size() > kMaxName) {
    violations.push_back({"personal_data.biological_mother_name", "must be at most 256 bytes"});
  }
  const std::string& nationality = data.nationality();
  if (!nationality.empty() && nationality != "WNI" && nationality != "WNA" &&
      !IsCountryCode(nationality)) {
    violations.push_back(
        {"personal_data.nationality", "must be WNI, WNA or a code of two capital letters"});
  }
  if (!data.email().empty() && !IsEmail(data.email())) {
    violations.push_back({"personal_data.email", "must be an email address of at most 254 bytes"});
  }
}

void WriteUnlessEmpty(absl::string_view key, const std::string& text, json::ObjectWriter& body) {
  if (!text.empty()) body.String(key, text);
}

void WriteImage(absl::string_view key, const Image& image, Blob content, json::ObjectWriter& body) {
  const std::string prefix = absl::StrCat("data:", MediaType(ImageTypeOf(content)), ";base64,");
  body.BeginObject(key).Base64("base64", prefix, std::move(content));
  if (image.has_is_editable()) body.Bool("isEditable", image.is_editable());
  body.EndObject();
}

void WriteImages(const CreateUpgradeAccountWidgetRequest& request, WidgetImages images,
                 json::ObjectWriter& body) {
  const bool has_ktp = request.images().has_ktp();
  const bool has_selfie = request.images().has_selfie();
  if (!has_ktp && !has_selfie) return;
  body.BeginObject("images");
  if (has_ktp) WriteImage("ktp", request.images().ktp(), std::move(images.ktp), body);
  if (has_selfie) WriteImage("selfie", request.images().selfie(), std::move(images.selfie), body);
  body.EndObject();
}

void WritePersonalData(const PersonalData& data, const crypto::FieldCipher& cipher,
                       json::ObjectWriter& body) {
  if (data.kk_number().empty() && data.biological_mother_name().empty() &&
      data.nationality().empty() && data.email().empty()) {
    return;
  }
  body.BeginObject("personalData");
  if (!data.kk_number().empty()) body.String("kkNumber", cipher.Encrypt(data.kk_number()));
  if (!data.biological_mother_name().empty()) {
    body.String("biologicalMotherName", cipher.Encrypt(data.biological_mother_name()));
  }
  WriteUnlessEmpty("nationality", data.nationality(), body);
  WriteUnlessEmpty("email", data.email(), body);
  body.EndObject();
}

// What must not be seen in the upstream's words.
std::vector<std::string> ValuesOf(const CreateUpgradeAccountWidgetRequest& request,
                                  const WidgetCredentials& credentials) {
  std::vector<std::string> values = PersonalTexts(request);
  values.push_back(credentials.merchant_id);
  values.emplace_back(credentials.merchant_pass.Reveal());
  return values;
}

// A fault of one value is left to whoever needs that value.
absl::StatusOr<Value> ParseReply(const HttpResponse& response, Deviations& deviations) {
  json::ParseOptions options;
  options.lenient = true;
  return json::Parse(response.body, options, deviations);
}

void NoteUnreadable(absl::string_view key, Deviations& deviations) {
  deviations.push_back(absl::StrCat("unreadable:", key));
}

// A member by one of json's reads; empty where it is missing or null, or cannot be read.
template <typename Reading>
std::string ReadText(const Value& reply, absl::string_view key, Deviations& deviations,
                     const Reading& reading) {
  const Value* value = reply.Find(key);
  if (value == nullptr || value->kind == Value::Kind::kNull) return "";
  absl::optional<std::string> text = reading(*value, deviations);
  if (!text) NoteUnreadable(key, deviations);
  return std::move(text).value_or("");
}

Words ReadWords(const Value& reply, Deviations& deviations) {
  return {ReadText(reply, "responseCode", deviations, json::ReadIdentifier),
          ReadText(reply, "responseMessage", deviations, json::ReadString)};
}

absl::Status RefusalStatus(const HttpResponse& response, const std::vector<std::string>& values,
                           Deviations& deviations) {
  Deviations loose;
  Words words;
  if (const auto reply = ParseReply(response, loose); reply.ok()) {
    words = ReadWords(*reply, loose);
    deviations.insert(deviations.end(), loose.begin(), loose.end());
  }
  return ToStatus(HttpRefusal(response, words, values));
}

absl::optional<Outcome> OutcomeOf(absl::string_view code) {
  if (code == "2000000") return ::finpay::linkage::v1::OUTCOME_WIDGET_ISSUED;
  if (code == "2020000") return ::finpay::linkage::v1::OUTCOME_KYC_IN_PROCESS;
  if (code == "2000001") return ::finpay::linkage::v1::OUTCOME_KYC_REJECTED;
  if (code == "2000002") return ::finpay::linkage::v1::OUTCOME_KYC_APPROVED;
  return absl::nullopt;
}

// The widget is issued and its reference used up, whether or not we can read when it expires.
void ReadExpiry(const Value& reply, Deviations& deviations,
                CreateUpgradeAccountWidgetResponse& answer) {
  const Value* text = reply.Find("expiryTime");
  if (text != nullptr) {
    answer.set_expiry_time_text(json::ReadString(*text, deviations).value_or(""));
  }
  if (const absl::optional<absl::Time> expiry = ParseExpiry(answer.expiry_time_text())) {
    answer.mutable_expiry_time()->set_seconds(absl::ToUnixSeconds(*expiry));
  } else {
    NoteUnreadable("expiryTime", deviations);
  }
}

// Fills in the widget of a reply that says it issued one.
absl::Status ReadWidget(const HttpResponse& response, const Value& reply,
                        const WidgetOptions& options, Deviations& deviations,
                        CreateUpgradeAccountWidgetResponse& answer) {
  answer.set_widget_url(ReadText(reply, "widgetUrl", deviations, json::ReadString));
  if (!IsWebUrl(answer.widget_url(), options.allow_http_widget_url)) {
    return ToStatus(MalformedReply(kUpstream, response, "has no usable widgetUrl"));
  }
  ReadExpiry(reply, deviations, answer);
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const CreateUpgradeAccountWidgetRequest& request, const WidgetImages& images,
                      const WidgetOptions& options) {
  Violations violations;
  const size_t reference = request.partner_reference_no().size();
  if (reference < 10 || reference > 64) {
    violations.push_back({"partner_reference_no", "must be 10 to 64 bytes"});
  } else if (!IsIdentifier(request.partner_reference_no())) {
    violations.push_back({"partner_reference_no", kNoIdentifier});
  }
  if (!IsPhone(request.phone_no())) {
    violations.push_back({"phone_no", "must be 10 to 15 digits that start with 62 or 08"});
  }
  const std::string& url = request.redirect_final_url();
  if (!url.empty() && (url.size() > kMaxUrl || !IsWebUrl(url, true))) {
    violations.push_back(
        {"redirect_final_url", "must be an absolute http or https URL of at most 2048 bytes"});
  }
  if (request.images().has_ktp()) {
    CheckImage("images.ktp.content", images.ktp, options.max_image_bytes, violations);
  }
  if (request.images().has_selfie()) {
    CheckImage("images.selfie.content", images.selfie, options.max_image_bytes, violations);
  }
  CheckPersonalData(request.personal_data(), violations);
  CheckAccount(request.account(), options.accounts, violations);
  CheckRequestId(request.request_id(), violations);
  return InvalidRequest(std::move(violations));
}

Deviations DeviationsOf(const CreateUpgradeAccountWidgetRequest& request) {
  if (IsCountryCode(request.personal_data().nationality())) return {"nationality_code"};
  return {};
}

upstream::HttpRequest ToHttp(const CreateUpgradeAccountWidgetRequest& request, WidgetImages images,
                             const WidgetCredentials& credentials, const WidgetOptions& options) {
  json::ObjectWriter body;
  body.String("partnerReferenceNo", request.partner_reference_no());
  body.String("phoneNo", request.phone_no());
  body.String("merchantId", credentials.merchant_id);
  body.String("merchantPass", credentials.cipher.Encrypt(credentials.merchant_pass.Reveal()));
  WriteUnlessEmpty("redirectFinalUrl", request.redirect_final_url(), body);
  WriteImages(request, std::move(images), body);
  WritePersonalData(request.personal_data(), credentials.cipher, body);
  upstream::HttpRequest http;
  http.url = absl::StrCat(options.base_url, "/upgrade-account-widget");
  http.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  http.headers.insert(http.headers.end(), options.extra_headers.begin(),
                      options.extra_headers.end());
  http.body = std::move(body).Finish();
  return http;
}

absl::StatusOr<CreateUpgradeAccountWidgetResponse> FromHttp(
    const HttpResponse& response, const CreateUpgradeAccountWidgetRequest& request,
    const WidgetCredentials& credentials, const WidgetOptions& options, Deviations& deviations) {
  const std::vector<std::string> values = ValuesOf(request, credentials);
  if (response.status < 200 || response.status > 299) {
    return RefusalStatus(response, values, deviations);
  }
  if (response.status != 200 && response.status != 202) {
    return ToStatus(
        MalformedReply(kUpstream, response, "has an HTTP status that is not documented"));
  }
  if (response.body.empty()) {
    return ToStatus(MalformedReply(kUpstream, response, "is empty"));
  }
  const absl::StatusOr<Value> reply = ParseReply(response, deviations);
  if (!reply.ok()) {
    return ToStatus(MalformedReply(kUpstream, response, reply.status().message()));
  }
  const Words words = ReadWords(*reply, deviations);
  const absl::optional<ResponseCode> code = ParseResponseCode(words.code);
  if (code && code->http != response.status) deviations.push_back("http_status_mismatch");
  if (code && code->http >= 400 && code->http <= 599) {
    return ToStatus(CodeRefusal(response, *code, words, values));
  }
  const absl::optional<Outcome> outcome = OutcomeOf(words.code);
  if (!outcome) return ToStatus(UnknownCode(response, words, values));
  CreateUpgradeAccountWidgetResponse answer;
  answer.set_outcome(*outcome);
  answer.set_response_code(words.code);
  answer.set_response_message(words.message);
  if (words.message.empty()) deviations.push_back("no_response_message");
  if (*outcome == ::finpay::linkage::v1::OUTCOME_WIDGET_ISSUED) {
    absl::Status read = ReadWidget(response, *reply, options, deviations, answer);
    if (!read.ok()) return read;
  }
  return answer;
}

}  // namespace kyc::finpay
