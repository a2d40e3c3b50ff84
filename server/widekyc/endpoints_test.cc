// The three endpoints as pure functions, against the document's own samples.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/call/error.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::DetectLivenessResponse;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;
using ::widekyc::v1::ValidateIdRequest;
using ::widekyc::v1::ValidateIdResponse;

const std::string kJpeg = "\xFF\xD8\xFF\xE0JFIF";  // Base64: /9j/4EpGSUY=

// The samples of the document, byte for byte.
const char kLivenessSample[] = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": "success",
"result": "True",
"trx_id": "202303291030019483",
"ref_id": "1234567890",
"timestamp": 1680060646134
}
}
})";
const char kRecognizeSample[] = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": "success",
"result": "True",
"data": {
"nik": "3671121401010004",
"nama": "Yu Andi Chen",
"tempat_lahir": "Fujian",
"tanggal_lahir": "25-03-1977",
"jenis_kelamin": "LAKI-LAKI",
"gol_darah": "-",
"alamat": "JL. S*L*M*T, P*R*M*H*N R*NC*B*L* N*. 41",
"rt/rw": "001/009",
"kelurahan/desa": "KARANG TENGAH",
"kecamatan": "KARANG TENGAH",
"agama": "KRISTEN",
"status_perkawinan": "BELUM KAWIN",
"pekerjaan": "PELAJAR / MAHASISWA",
"kewarganegaraan": "WNI",
"provinsi": "BANTEN",
"kota": "KOTA TANGERANG"
},
"trx_id": "202303291031019484",
"ref_id": "1234567890",
"timestamp": 1680060716281
}
}
})";
const char kValidationSample[] = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": success,
"data": {
"nik": true,
"full_name": true,
"birth_date": true,
"birth_place": true,
"address": true,
"selfie_photo": 10
},
"trx_id": "202303291031019484",
"ref_id": "1234567890",
"timestamp": 1680060716281
}
}
})";

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

upstream::HttpResponse Ok(std::string body) {
  upstream::HttpResponse response;
  response.status = 200;
  response.body = std::move(body);
  return response;
}

template <typename Message>
Message Proto(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

template <typename Response, typename Request>
void ExpectAnswer(const std::string& body, const char* expected, json::Deviations loose) {
  json::Deviations deviations;
  const absl::StatusOr<Response> answer = FromHttp(Ok(body), Request(), deviations);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(*answer, Proto<Response>(expected)))
      << answer->DebugString();
  EXPECT_EQ(deviations, loose);
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

TEST(DetectLiveness, SampleReplyIsLive) {
  ExpectAnswer<DetectLivenessResponse, DetectLivenessRequest>(kLivenessSample, R"(live: true
                          transaction {
                            status: "success" result: "True" trx_id: "202303291030019483"
                            ref_id: "1234567890"
                            timestamp { seconds: 1680060646 nanos: 134000000 }
                          })",
                                                              {"string_for_bool"});
}

TEST(DetectLiveness, FalseAsStringOrBoolIsNotLive) {
  for (const char* verdict : {R"("False")", R"("false")", "false"}) {
    const std::string body = absl::StrCat(
        R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","result":)", verdict,
        "}}}");
    json::Deviations deviations;
    const auto answer = FromHttp(Ok(body), DetectLivenessRequest(), deviations);
    ASSERT_TRUE(answer.ok()) << verdict << answer.status();
    EXPECT_FALSE(answer->live()) << verdict;
    EXPECT_FALSE(answer->transaction().has_timestamp());
  }
}

TEST(RecognizeId, SampleReplyIsRead) {
  ExpectAnswer<RecognizeIdResponse, RecognizeIdRequest>(kRecognizeSample,
                                                        R"(id_card {
           nik: "3671121401010004" nama: "Yu Andi Chen" tempat_lahir: "Fujian"
           tanggal_lahir: "25-03-1977" jenis_kelamin: "LAKI-LAKI" gol_darah: "-"
           alamat: "JL. S*L*M*T, P*R*M*H*N R*NC*B*L* N*. 41" rt_rw: "001/009"
           kelurahan_desa: "KARANG TENGAH" kecamatan: "KARANG TENGAH" agama: "KRISTEN"
           status_perkawinan: "BELUM KAWIN" pekerjaan: "PELAJAR / MAHASISWA"
           kewarganegaraan: "WNI" provinsi: "BANTEN" kota: "KOTA TANGERANG"
         }
         transaction {
           status: "success" result: "True" trx_id: "202303291031019484" ref_id: "1234567890"
           timestamp { seconds: 1680060716 nanos: 281000000 }
         })",
                                                        {});
}

TEST(RecognizeId, OneFieldIsEnoughAndOthersStayUnset) {
  ExpectAnswer<RecognizeIdResponse, RecognizeIdRequest>(
      R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success",
          "data":{"nik":3671121401010004,"nama":null,"future":[1]}}}})",
      R"(id_card { nik: "3671121401010004" } transaction { status: "success" })",
      {"number_for_string"});
}

TEST(ValidateId, SampleReplyWithItsBareSuccessIsRead) {
  ExpectAnswer<ValidateIdResponse, ValidateIdRequest>(
      kValidationSample, R"(nik: true full_name: true birth_date: true birth_place: true
                            address: true selfie_photo: 10
                            transaction {
                              status: "success" trx_id: "202303291031019484" ref_id: "1234567890"
                              timestamp { seconds: 1680060716 nanos: 281000000 }
                            })",
      {"bare_word"});
}

TEST(ValidateId, VerdictsThatWereNotSentStayUnset) {
  ExpectAnswer<ValidateIdResponse, ValidateIdRequest>(
      R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success",
          "data":{"nik":"False","full_name":null,"selfie_photo":"7.5"}}}})",
      R"(nik: false selfie_photo: 7.5 transaction { status: "success" })",
      {"string_for_bool", "string_for_number"});
}

// Successes that lack what must be there: INTERNAL UPSTREAM_MALFORMED, for all three endpoints.
struct Broken {
  const char* name;
  std::string body;
  const char* says;
};

class BrokenSuccess : public testing::TestWithParam<Broken> {};

template <typename Request>
void ExpectMalformed(const Broken& broken) {
  json::Deviations deviations;
  const absl::Status status = FromHttp(Ok(broken.body), Request(), deviations).status();
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED");
  EXPECT_EQ(MetadataOf(status, "outcome"), "answered");
  EXPECT_THAT(std::string(status.message()), HasSubstr(broken.says));
}

TEST_P(BrokenSuccess, IsMalformedForEveryEndpoint) {
  ExpectMalformed<DetectLivenessRequest>(GetParam());
  ExpectMalformed<RecognizeIdRequest>(GetParam());
  ExpectMalformed<ValidateIdRequest>(GetParam());
}

std::string Success(absl::string_view result) {
  return absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":)", result, "}}");
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenSuccess,
    testing::ValuesIn(std::vector<Broken>{
        {"NotAnObject", R"(["SUCCESSFUL"])", "statusCode"},
        {"NoStatusCode", R"({"content":{}})", "statusCode"},
        {"StatusCodeInLowerCase", R"({"statusCode":"successful"})", "statusCode"},
        {"StatusCodeTwice", R"({"statusCode":"SUCCESSFUL","statusCode":"ERROR"})", "twice"},
        {"TrailingBytes", absl::StrCat(kValidationSample, "x"), "JSON"},
        {"NoContent", R"({"statusCode":"SUCCESSFUL"})", "without a result"},
        {"NoResult", R"({"statusCode":"SUCCESSFUL","content":{}})", "without a result"},
        {"ResultIsText", Success(R"("success")"), "without a result"},
        {"NoStatus", Success(R"({"result":"True","data":{"nik":true}})"), "without a status"},
        {"NoVerdictAndNoData", Success(R"({"status":"success"})"), ""},
        {"VerdictAndDataOfWrongKind", Success(R"({"status":"success","result":{},"data":[]})"), ""},
        {"VerdictOfOtherWord", Success(R"({"status":"success","result":"Yes","data":{"nik":{}}})"),
         ""},
        {"TimestampOfWrongKind",
         Success(R"({"status":"success","result":"True","timestamp":"noon","data":{"nik":true}})"),
         "cannot be read"},
        {"TimestampAfterYear9999",
         Success(
             R"({"status":"success","result":"True","timestamp":253402300800000,"data":{"nik":1}})"),
         "cannot be read"},
    }),
    [](const auto& info) { return info.param.name; });

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
