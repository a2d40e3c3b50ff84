#include "server/finpay/refusal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/finpay/text.h"
#include "server/upstream/errors.h"

namespace kyc::finpay {
namespace {

using upstream::HttpResponse;
using upstream::MaskedText;
using Values = std::vector<std::string>;

// The JSON names that a message may name, and the fields of the request that they are. merchantId
// and merchantPass are not among them: callers cannot mend those.
struct Field {
  const char* json;
  const char* proto;
};
constexpr Field kFields[] = {
    {"partnerReferenceNo", "partner_reference_no"},
    {"phoneNo", "phone_no"},
    {"redirectFinalUrl", "redirect_final_url"},
    {"images", "images"},
    {"images.ktp", "images.ktp"},
    {"images.ktp.base64", "images.ktp.content"},
    {"images.ktp.isEditable", "images.ktp.is_editable"},
    {"images.selfie", "images.selfie"},
    {"images.selfie.base64", "images.selfie.content"},
    {"images.selfie.isEditable", "images.selfie.is_editable"},
    {"ktp", "images.ktp"},
    {"ktp.base64", "images.ktp.content"},
    {"ktp.isEditable", "images.ktp.is_editable"},
    {"selfie", "images.selfie"},
    {"selfie.base64", "images.selfie.content"},
    {"selfie.isEditable", "images.selfie.is_editable"},
    {"personalData", "personal_data"},
    {"personalData.kkNumber", "personal_data.kk_number"},
    {"personalData.biologicalMotherName", "personal_data.biological_mother_name"},
    {"personalData.nationality", "personal_data.nationality"},
    {"personalData.email", "personal_data.email"},
    {"kkNumber", "personal_data.kk_number"},
    {"biologicalMotherName", "personal_data.biological_mother_name"},
    {"nationality", "personal_data.nationality"},
    {"email", "personal_data.email"},
};

struct NotInName {
  bool operator()(char c) const { return !absl::ascii_isalnum(c) && c != '.'; }
};

// The field that a message names; empty if it names none.
std::string FieldIn(absl::string_view message) {
  std::string words(message);
  std::replace_if(words.begin(), words.end(), NotInName(), ' ');
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    while (absl::ConsumeSuffix(&word, ".")) {
    }
    for (const Field& field : kFields) {
      if (absl::EqualsIgnoreCase(word, field.json)) return field.proto;
    }
  }
  return "";
}

void NameField(const Words& words, const char* description, Error& error) {
  const std::string field = FieldIn(words.message);
  if (!field.empty()) error.violations.push_back({field, description});
}

void RefineBadRequest(const ResponseCode& code, const Words& words, Error& error) {
  if (code.number == 1) {
    error.reason = "INVALID_FIELD_FORMAT";
    error.message = "Finpay refused the format of a field";
    NameField(words, "must have the format that Finpay expects", error);
  } else if (code.number == 2) {
    error.reason = "MISSING_FIELD";
    error.message = "Finpay misses a field";
    NameField(words, "must be given", error);
  }
}

void RefineConflict(const ResponseCode& code, Error& error) {
  if (code.number == 1) {
    error.code = absl::StatusCode::kAlreadyExists;
    error.reason = "DUPLICATE_REFERENCE";
    error.message = "Finpay knows this partner reference already";
  } else {
    error.code = absl::StatusCode::kAborted;
    error.reason = "EXTERNAL_ID_CONFLICT";
    error.message = "Finpay saw this request's external id before";
  }
}

void Refine(int http, const ResponseCode& code, const Words& words, Error& error) {
  if (code.http == 400 && (http == 400 || http == 422)) RefineBadRequest(code, words, error);
  if (code.http == 409 && http == 409) RefineConflict(code, error);
  if (code.http == 404 && http == 404) {
    // The endpoint is there, for it has given a code.
    error.code = absl::StatusCode::kFailedPrecondition;
    error.reason = "UPSTREAM_REJECTED";
    error.message = "Finpay refused the request as naming something that it does not have";
  }
}

void AddWords(const Words& words, const Values& values, Error& error) {
  // Seven digits are shown as they are, unless they are the customer's.
  const bool is_code = ParseResponseCode(words.code).has_value() &&
                       std::find(values.begin(), values.end(), words.code) == values.end();
  if (!words.code.empty()) {
    error.metadata.emplace_back("upstreamCode",
                                is_code ? words.code : MaskedText(words.code, values));
  }
  if (!words.message.empty()) {
    error.metadata.emplace_back("upstreamText", MaskedText(words.message, values));
  }
}

}  // namespace

absl::optional<ResponseCode> ParseResponseCode(absl::string_view text) {
  ResponseCode code;
  if (!AreDigits(text, 7, 7) || !absl::SimpleAtoi(text.substr(0, 3), &code.http) ||
      !absl::SimpleAtoi(text.substr(5), &code.number)) {
    return absl::nullopt;
  }
  return code;
}

Error HttpRefusal(const HttpResponse& response, const Words& words, const Values& values) {
  Error error = upstream::HttpStatusError(kUpstream, response);
  if (const auto code = ParseResponseCode(words.code)) {
    Refine(response.status, *code, words, error);
  }
  AddWords(words, values, error);
  return error;
}

Error CodeRefusal(const HttpResponse& response, const ResponseCode& code, const Words& words,
                  const Values& values) {
  HttpResponse as;
  as.status = code.http;
  as.headers = response.headers;
  as.attempts = response.attempts;
  as.surely_unprocessed = response.surely_unprocessed;
  Error error = upstream::HttpStatusError(kUpstream, as);
  for (auto& [key, value] : error.metadata) {
    if (key == "httpStatus") value = absl::StrCat(response.status);
  }
  Refine(code.http, code, words, error);
  AddWords(words, values, error);
  return error;
}

Error UnknownCode(const HttpResponse& response, const Words& words, const Values& values) {
  Error error = upstream::MalformedReply(kUpstream, response, "has no responseCode that is known");
  AddWords(words, values, error);
  return error;
}

}  // namespace kyc::finpay
