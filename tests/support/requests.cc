#include "tests/support/requests.h"

#include <openssl/sha.h>

#include <array>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/support/files.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

std::string Reference(absl::string_view magic) { return absl::StrCat(magic, "-", kReferenceMark); }

}  // namespace

std::string Picture(Format format, size_t bytes) {
  const char* extension = format == Format::kJpeg ? "jpeg" : "png";
  std::string picture =
      ReadFile(RunfilePath(absl::StrCat("tests/support/card_", bytes, ".", extension)));
  if (picture.size() != bytes) std::abort();
  return picture;
}

LivenessRequest Liveness(absl::string_view magic) {
  LivenessRequest request;
  request.set_cust_ref_no(Reference(magic));
  request.set_selfie_image(Picture());
  return request;
}

RecognizeRequest Recognize(absl::string_view magic) {
  RecognizeRequest request;
  request.set_cust_ref_no(Reference(magic));
  request.set_id_image(Picture());
  return request;
}

ValidateRequest Validate(absl::string_view magic, absl::string_view nik_end) {
  ValidateRequest request;
  request.set_cust_ref_no(Reference(magic));
  request.set_nik(absl::StrCat(kNikStart, nik_end));
  request.set_name(kName);
  request.set_birth_date(kBirthDate);
  request.set_birth_place(kBirthPlace);
  request.set_address(kAddress);
  request.set_selfie_image(Picture());
  return request;
}

WidgetRequest Widget(absl::string_view phone_end) {
  WidgetRequest request;
  request.set_partner_reference_no(Reference(absl::StrCat("widget-", phone_end)));
  request.set_phone_no(absl::StrCat(kPhoneStart, phone_end));
  request.set_redirect_final_url(absl::StrCat("https://shop.example/back/", kReferenceMark));
  request.mutable_images()->mutable_ktp()->set_content(Picture());
  request.mutable_images()->mutable_selfie()->set_content(Picture(Format::kPng));
  request.mutable_images()->mutable_selfie()->set_is_editable(true);
  request.mutable_personal_data()->set_kk_number(kKkNumber);
  request.mutable_personal_data()->set_biological_mother_name(kMother);
  request.mutable_personal_data()->set_nationality("WNI");
  request.mutable_personal_data()->set_email(kEmail);
  return request;
}

std::string Sha256(absl::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace kyc::tests
