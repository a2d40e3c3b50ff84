#include "tools/simulator/widekyc.h"

#include <gtest/gtest.h>

#include "tools/simulator/documents.h"
#include "tools/simulator/testing/sample_requests.h"

namespace kyc::simulator {
namespace {

constexpr char kLiveness[] = "/api/passive-liveness";
constexpr char kRecognize[] = "/api/id-recognize";
constexpr char kValidation[] = "/api/id-validation";

Exchange Ask(const char* path, std::string body, const char* token = "t") {
  Request request;
  request.headers = {{"token", token}, {"content-type", "application/json"}};
  request.body = std::move(body);
  return AnswerWideKyc(request, path, "t");
}

TEST(WideKycTest, SoundRequestsGetTheDocumentsReplies) {
  EXPECT_EQ(Ask(kLiveness, LivenessBody("3322873")).answer.body, kLivenessReply);
  EXPECT_EQ(Ask(kRecognize, RecognizeBody("4222873")).answer.body, kRecognizeReply);
  EXPECT_EQ(Ask(kValidation, ValidationBody("5102873", "3203012503770011")).answer.body,
            kValidationReply);
}

TEST(WideKycTest, ValidationSampleKeepsItsBareSuccess) {
  EXPECT_NE(kValidationReply.find("\"status\": success,\n"), std::string_view::npos);
}

TEST(WideKycTest, NikPassesAsNumberToo) {
  const Exchange exchange = Ask(kValidation, R"({"cust_ref_no":"5102873","nik":3203012503770011})");
  EXPECT_EQ(exchange.answer.body, kValidationReply);
}

TEST(WideKycTest, WrongTokenIsUnauthorizedWhateverTheBody) {
  EXPECT_EQ(Ask(kLiveness, LivenessBody("3322873"), "T").answer.status, 401);
  EXPECT_EQ(Ask(kLiveness, "{", "").answer.status, 401);
}

TEST(WideKycTest, WrongContentTypeIsAnError) {
  Request request;
  request.headers = {{"token", "t"}, {"content-type", "text/plain"}};
  request.body = LivenessBody("3322873");
  EXPECT_EQ(AnswerWideKyc(request, kLiveness, "t").answer.body,
            WideKycError("Content-Type must be application/json"));
}

TEST(WideKycTest, FieldsAndImageAreKeptDecoded) {
  const Exchange exchange = Ask(kLiveness, LivenessBody("3322873"));
  EXPECT_EQ(exchange.reference, "3322873");
  const boost::json::object& image = exchange.images.at("selfie_image").as_object();
  EXPECT_EQ(image.at("type"), "image/jpeg");
  EXPECT_EQ(image.at("bytes"), 6);
  EXPECT_FALSE(exchange.fields.contains("selfie_image"));
}

TEST(WideKycTest, UnknownMagicIsSaidSo) {
  EXPECT_EQ(Ask(kLiveness, LivenessBody("sim-typo")).answer.body,
            WideKycError("no such magic value here: see --list-magic"));
}

TEST(WideKycTest, LongestMagicWins) {
  EXPECT_EQ(Ask(kLiveness, LivenessBody("sim-503-retry-1")).magic, "sim-503-retry");
  EXPECT_EQ(Ask(kLiveness, LivenessBody("sim-503-other")).magic, "sim-503");
}

TEST(WideKycTest, EchoRepeatsTheRequestsValuesAsJson) {
  const std::string body =
      Ask(kValidation, ValidationBody("sim-echo", "3203012503770011")).answer.body;
  EXPECT_NE(body.find("Rejected: sim-echo 3203012503770011 GuoHui Chen 25-03-1977"),
            std::string::npos)
      << body;
}

struct Refused {
  const char* path;
  const char* body;
  const char* description;
};

class WideKycRefusalTest : public testing::TestWithParam<Refused> {};

TEST_P(WideKycRefusalTest, IsTheDocumentedErrorWithHttp200) {
  const Answer answer = Ask(GetParam().path, GetParam().body).answer;
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, WideKycError(GetParam().description));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, WideKycRefusalTest,
    testing::Values(
        Refused{kLiveness, "{", "the body must be a JSON object"},
        Refused{kLiveness, "[]", "the body must be a JSON object"},
        Refused{kLiveness, R"({"selfie_image":"/9j/4AAQ"})", "cust_ref_no is required"},
        Refused{kLiveness, R"({"cust_ref_no":7,"selfie_image":"/9j/4AAQ"})",
                "cust_ref_no must be String"},
        Refused{kLiveness, R"({"cust_ref_no":"1"})", "selfie_image is required"},
        Refused{kLiveness, R"({"cust_ref_no":"1","selfie_image":7})",
                "selfie_image must be Base64"},
        Refused{kLiveness, R"({"cust_ref_no":"1","selfie_image":"/9j/4AA"})",
                "selfie_image must be Base64"},
        Refused{kLiveness,
                R"({"cust_ref_no":"1","selfie_image":"data:image/jpeg;base64,/9j/4AAQ"})",
                "selfie_image must be Base64"},
        Refused{kLiveness, R"({"cust_ref_no":"1","selfie_image":"QUJD"})",
                "selfie_image is not an image"},
        Refused{kRecognize, R"({"cust_ref_no":"1","selfie_image":"/9j/4AAQ"})",
                "id_image is required"},
        Refused{kValidation, R"({"cust_ref_no":"1"})", "nik is required"},
        Refused{kValidation, R"({"cust_ref_no":"1","nik":"123"})", "nik must have 16 digits"},
        Refused{kValidation, R"({"cust_ref_no":"1","nik":1.5})", "nik must have 16 digits"},
        Refused{kValidation,
                R"({"cust_ref_no":"1","nik":"3203012503770011","birth_date":"1977-03-25"})",
                "birth_date must be DD-MM-YYYY"},
        Refused{kValidation, R"({"cust_ref_no":"1","nik":"3203012503770011","name":true})",
                "name must be String"}));

}  // namespace
}  // namespace kyc::simulator
