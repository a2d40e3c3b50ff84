// Requests of the three endpoints: what is refused, and what is written.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::ValidateIdRequest;

const std::string kJpeg = "\xFF\xD8\xFF\xE0JFIF";  // Base64: /9j/4EpGSUY=

Options WithTwoAccounts() {
  Options options;
  options.server_url = "https://widekyc.test/base";
  options.accounts = {"first", "second"};
  return options;
}

Options WithOneAccount() {
  Options options = WithTwoAccounts();
  options.accounts = {"only"};
  return options;
}

template <typename Message>
Message Proto(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// The fields that a refused request names, with what is expected of them.
std::vector<std::pair<std::string, std::string>> Violations(const absl::Status& status) {
  google::rpc::BadRequest detail;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload) detail.ParseFromString(std::string(*payload));
  std::vector<std::pair<std::string, std::string>> violations;
  for (const auto& violation : detail.field_violations()) {
    violations.emplace_back(violation.field(), violation.description());
  }
  return violations;
}

TEST(DetectLiveness, RequestIsWrittenAsDocumented) {
  DetectLivenessRequest request;
  request.set_cust_ref_no("33\n\"22873");
  Options options = WithOneAccount();
  options.extra_headers = {{"X-Extra", "1"}};
  const upstream::HttpRequest http = ToHttp(request, {{kJpeg}}, Secret("secret-token"), options);
  EXPECT_EQ(http.url, "https://widekyc.test/base/api/passive-liveness");
  EXPECT_THAT(http.headers, ElementsAre(Pair("Content-Type", "application/json"),
                                        Pair("Accept", "application/json"),
                                        Pair("token", "secret-token"), Pair("X-Extra", "1")));
  EXPECT_EQ(http.body.ToString(), R"({"cust_ref_no":"33\n\"22873","selfie_image":"/9j/4EpGSUY="})");
}

TEST(RecognizeId, RequestIsWrittenAsDocumented) {
  RecognizeIdRequest request;
  request.set_cust_ref_no("4222873");
  const upstream::HttpRequest http = ToHttp(request, {{kJpeg}}, Secret("t"), WithOneAccount());
  EXPECT_EQ(http.url, "https://widekyc.test/base/api/id-recognize");
  EXPECT_EQ(http.body.ToString(), R"({"cust_ref_no":"4222873","id_image":"/9j/4EpGSUY="})");
}

TEST(ValidateId, RequestIsWrittenAsDocumented) {
  const auto request = Proto<ValidateIdRequest>(
      R"(cust_ref_no: "5102873" nik: "3203012503770011" name: "GuoHui Chen"
         birth_date: "25-03-1977" birth_place: "Fujian" address: "Jl Selamet")");
  const upstream::HttpRequest http = ToHttp(request, {{kJpeg}}, Secret("t"), WithOneAccount());
  EXPECT_EQ(http.url, "https://widekyc.test/base/api/id-validation");
  EXPECT_EQ(http.body.ToString(),
            R"({"cust_ref_no":"5102873","nik":"3203012503770011","name":"GuoHui Chen",)"
            R"("birth_date":"25-03-1977","birth_place":"Fujian","address":"Jl Selamet",)"
            R"("selfie_image":"/9j/4EpGSUY="})");
}

TEST(ValidateId, EmptyOptionalFieldsAreNotSent) {
  const auto request = Proto<ValidateIdRequest>(R"(cust_ref_no: "1" nik: "9203012503770011")");
  EXPECT_EQ(ToHttp(request, {}, Secret("t"), WithOneAccount()).body.ToString(),
            R"({"cust_ref_no":"1","nik":"9203012503770011"})");
}

TEST(Validate, RequestsAtTheirLimitsAreFine) {
  DetectLivenessRequest liveness;
  liveness.set_cust_ref_no(std::string(128, 'r'));
  EXPECT_EQ(Validate(liveness, {{kJpeg}}, WithOneAccount()), absl::OkStatus());
  RecognizeIdRequest recognize;
  recognize.set_cust_ref_no("r");
  recognize.set_account("second");
  EXPECT_EQ(Validate(recognize, {{kJpeg}}, WithTwoAccounts()), absl::OkStatus());
  ValidateIdRequest validate;
  validate.set_cust_ref_no("r");
  validate.set_nik("3203012503770011");
  EXPECT_EQ(Validate(validate, {}, WithOneAccount()), absl::OkStatus());
  validate.set_name(std::string(256, 'n'));
  validate.set_birth_place(std::string(256, 'p'));
  validate.set_address(std::string(256, 'a'));
  validate.set_birth_date("29-02-2000");
  EXPECT_EQ(Validate(validate, {{kJpeg}}, WithOneAccount()), absl::OkStatus());
}

TEST(DetectLiveness, EveryViolationIsNamedAtOnce) {
  EXPECT_THAT(Violations(Validate(DetectLivenessRequest(), {}, WithTwoAccounts())),
              ElementsAre(Pair("cust_ref_no", "must be 1 to 128 bytes"),
                          Pair("account", "must be given, because several accounts are configured"),
                          Pair("selfie_image", "must not be empty")));
}

TEST(RecognizeId, EveryViolationIsNamedAtOnce) {
  RecognizeIdRequest request;
  request.set_cust_ref_no(std::string(129, 'r'));
  request.set_account("third");
  EXPECT_THAT(Violations(Validate(request, {{"text"}}, WithTwoAccounts())),
              ElementsAre(Pair("cust_ref_no", "must be 1 to 128 bytes"),
                          Pair("account", "must be the name of a configured account"),
                          Pair("id_image", "must be a JPEG, PNG or WebP file")));
}

TEST(ValidateId, EveryViolationIsNamedAtOnce) {
  ValidateIdRequest request;
  request.set_nik("320301250377001");
  request.set_name(std::string(257, 'n'));
  request.set_birth_date("1977-03-25");
  request.set_birth_place(std::string(257, 'p'));
  request.set_address(std::string(257, 'a'));
  Options options = WithOneAccount();
  options.max_image_bytes = 7;
  EXPECT_THAT(
      Violations(Validate(request, {{kJpeg}}, options)),
      ElementsAre(Pair("cust_ref_no", "must be 1 to 128 bytes"), Pair("nik", "must be 16 digits"),
                  Pair("name", "must be at most 256 bytes"),
                  Pair("birth_date", "must be a date that exists, as DD-MM-YYYY"),
                  Pair("birth_place", "must be at most 256 bytes"),
                  Pair("address", "must be at most 256 bytes"),
                  Pair("selfie_image", "must be at most 7 bytes")));
}

TEST(Validate, ReferenceIsAnIdentifier) {
  DetectLivenessRequest liveness;
  RecognizeIdRequest recognize;
  ValidateIdRequest validate;
  validate.set_nik("3203012503770011");
  const auto refused = ElementsAre(
      Pair("cust_ref_no", "must have no control or invisible characters, nor be blank"));
  for (const char* bad : {"order\r\nX: 1", "            ", " ", "\t", "7\x7F", "7\xC2\x9F",
                          "7\xE2\x80\xA9", "7\xE2\x81\xA6",
                          "\xEF\xBB\xBF"
                          "7"}) {
    liveness.set_cust_ref_no(bad);
    recognize.set_cust_ref_no(bad);
    validate.set_cust_ref_no(bad);
    EXPECT_THAT(Violations(Validate(liveness, {{kJpeg}}, WithOneAccount())), refused) << bad;
    EXPECT_THAT(Violations(Validate(recognize, {{kJpeg}}, WithOneAccount())), refused) << bad;
    EXPECT_THAT(Violations(Validate(validate, {}, WithOneAccount())), refused) << bad;
  }
}

TEST(ValidateId, OnlyDatesThatExistPass) {
  ValidateIdRequest request;
  request.set_cust_ref_no("r");
  request.set_nik("3203012503770011");
  for (const char* good : {"31-01-1981", "29-02-2024", "28-02-1900", "01-01-0001"}) {
    request.set_birth_date(good);
    EXPECT_THAT(Violations(Validate(request, {}, WithOneAccount())), IsEmpty()) << good;
  }
  for (const char* bad : {"31-04-1981", "29-02-2023", "29-02-1900", "00-01-1981", "01-00-1981",
                          "01-13-1981", "1-1-1981", "01/01/1981", "01-01-81", "01-01-0000",
                          "+1-01-1981", "01-01-1981 ", "aa-bb-cccc"}) {
    request.set_birth_date(bad);
    EXPECT_THAT(Violations(Validate(request, {}, WithOneAccount())),
                ElementsAre(Pair("birth_date", testing::_)))
        << bad;
  }
}

TEST(ValidateId, OnlySixteenDigitsAreANik) {
  ValidateIdRequest request;
  request.set_cust_ref_no("r");
  for (const char* bad :
       {"", "32030125037700111", "320301250377001x", "3203 012503770011", "+203012503770011"}) {
    request.set_nik(bad);
    EXPECT_THAT(Violations(Validate(request, {}, WithOneAccount())),
                ElementsAre(Pair("nik", "must be 16 digits")))
        << bad;
  }
}

}  // namespace
}  // namespace kyc::widekyc
