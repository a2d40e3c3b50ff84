#include "server/widekyc/id_validation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "server/call/error.h"
#include "server/call/image_type.h"
#include "server/json/body.h"
#include "server/widekyc/envelope.h"
#include "server/widekyc/fields.h"
#include "server/widekyc/request.h"

namespace kyc::widekyc {
namespace {

using ::widekyc::v1::ValidateIdRequest;
using ::widekyc::v1::ValidateIdResponse;

bool AreDigits(absl::string_view text, size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

int Number(absl::string_view digits) {
  int number = 0;
  return absl::SimpleAtoi(digits, &number) ? number : 0;
}

// DD-MM-YYYY of a day that exists.
bool IsDate(absl::string_view text) {
  if (text.size() != 10 || text[2] != '-' || text[5] != '-') return false;
  const absl::string_view day = text.substr(0, 2);
  const absl::string_view month = text.substr(3, 2);
  const absl::string_view year = text.substr(6);
  if (!AreDigits(day, 2) || !AreDigits(month, 2) || !AreDigits(year, 4)) return false;
  // A day that does not exist becomes another one.
  const absl::CivilDay date(Number(year), Number(month), Number(day));
  return date.year() > 0 && date.month() == Number(month) && date.day() == Number(day);
}

// False if there is not one verdict.
bool ReadVerdicts(Fields& data, ValidateIdResponse& answer) {
  const auto nik = data.Bool("nik");
  const auto full_name = data.Bool("full_name");
  const auto birth_date = data.Bool("birth_date");
  const auto birth_place = data.Bool("birth_place");
  const auto address = data.Bool("address");
  const auto selfie_photo = data.Double("selfie_photo");
  if (nik) answer.set_nik(*nik);
  if (full_name) answer.set_full_name(*full_name);
  if (birth_date) answer.set_birth_date(*birth_date);
  if (birth_place) answer.set_birth_place(*birth_place);
  if (address) answer.set_address(*address);
  if (selfie_photo) answer.set_selfie_photo(*selfie_photo);
  return nik || full_name || birth_date || birth_place || address || selfie_photo;
}

void WriteUnlessEmpty(absl::string_view key, const std::string& text, json::ObjectWriter& body) {
  if (!text.empty()) body.String(key, text);
}

}  // namespace

absl::Status Validate(const ValidateIdRequest& request, const Blob& selfie_image,
                      const Options& options) {
  std::vector<Violation> violations;
  CheckCommon(request, options, violations);
  if (!AreDigits(request.nik(), 16)) violations.push_back({"nik", "must be 16 digits"});
  CheckText("name", request.name(), options, violations);
  if (!request.birth_date().empty() && !IsDate(request.birth_date())) {
    violations.push_back({"birth_date", "must be a date that exists, as DD-MM-YYYY"});
  }
  CheckText("birth_place", request.birth_place(), options, violations);
  CheckText("address", request.address(), options, violations);
  if (!selfie_image.empty()) {
    CheckImage("selfie_image", selfie_image, options.max_image_bytes, violations);
  }
  return InvalidRequest(std::move(violations));
}

upstream::HttpRequest ToHttp(const ValidateIdRequest& request, Blob selfie_image,
                             const Secret& token, const Options& options) {
  json::ObjectWriter body;
  body.String("cust_ref_no", request.cust_ref_no());
  body.String("nik", request.nik());
  WriteUnlessEmpty("name", request.name(), body);
  WriteUnlessEmpty("birth_date", request.birth_date(), body);
  WriteUnlessEmpty("birth_place", request.birth_place(), body);
  WriteUnlessEmpty("address", request.address(), body);
  if (!selfie_image.empty()) body.Base64("selfie_image", "", std::move(selfie_image));
  return Post("/api/id-validation", std::move(body).Finish(), token, options);
}

absl::StatusOr<ValidateIdResponse> FromHttp(const upstream::HttpResponse& response,
                                            const ValidateIdRequest& request,
                                            json::Deviations& deviations, const Secret& token) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(response, ValuesOf(request, token), deviations);
  if (!envelope.ok()) return envelope.status();
  const json::Value* data = envelope->result.Find("data");
  if (data == nullptr || data->kind != json::Value::Kind::kObject) {
    return NoVerdict(response, *envelope, "is a success without data");
  }
  Fields fields(*data, deviations);
  ValidateIdResponse answer;
  if (!ReadVerdicts(fields, answer)) {
    return NoVerdict(response, *envelope, "has no verdict that can be read");
  }
  *answer.mutable_transaction() = std::move(envelope->transaction);
  return answer;
}

}  // namespace kyc::widekyc
