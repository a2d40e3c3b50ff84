// Replies of the three endpoints: the document's own samples, and successes that lack something.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::DetectLivenessResponse;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;
using ::widekyc::v1::ValidateIdRequest;
using ::widekyc::v1::ValidateIdResponse;

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
        {"StatusCodeTwice", R"({"statusCode":"SUCCESSFUL","statusCode":"ERROR"})", "statusCode"},
        {"TrailingBytes", absl::StrCat(kValidationSample, "x"), "JSON"},
        {"NoContent", R"({"statusCode":"SUCCESSFUL"})", "without a result"},
        {"NoResult", R"({"statusCode":"SUCCESSFUL","content":{}})", "without a result"},
        {"ResultIsText", Success(R"("success")"), "without a result"},
        {"NoStatus", Success(R"({"result":"True","data":{"nik":true}})"), "without a status"},
        {"NoVerdictAndNoData", Success(R"({"status":"success"})"), ""},
        {"VerdictAndDataOfWrongKind", Success(R"({"status":"success","result":{},"data":[]})"), ""},
        {"VerdictOfOtherWord", Success(R"({"status":"success","result":"Yes","data":{"nik":{}}})"),
         ""},
        {"StatusTwice",
         Success(R"({"status":"success","status":"success","result":"True","data":{"nik":true}})"),
         "without a status"},
        {"DataSaysNothing",
         Success(R"({"status":"success","result":"","data":{"nik":"","nama":" ","future":true}})"),
         ""},
        {"DataIsAllNull", Success(R"({"status":"success","result":null,"data":{"nik":null}})"), ""},
        {"DataIsEmpty", Success(R"({"status":"success","result":[],"data":{}})"), ""},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kyc::widekyc
