#include "tools/simulator/finpay.h"

#include <gtest/gtest.h>

#include "tools/simulator/documents.h"
#include "tools/simulator/testing/sample_requests.h"
#include "tools/simulator/wire.h"

namespace kyc::simulator {
namespace {

constexpr char kReference[] = "202411011441000012";
constexpr char kPhone[] = "6281295288912";

Exchange Ask(std::string body) {
  Request request;
  request.headers = {{"content-type", "application/json"}};
  request.body = std::move(body);
  return AnswerFinpay(request, {"AGREE170724", "123456", "1234567890123456", "1234567890123456"});
}

// The sample request with one part of it replaced.
std::string With(const std::string& part, const std::string& by) {
  std::string body = WidgetBody(kReference, kPhone);
  const size_t at = body.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return body.replace(at, part.size(), by);
}

TEST(FinpayTest, SampleRequestGetsTheDocumentsReply) {
  const Exchange exchange = Ask(WidgetBody(kReference, kPhone));
  EXPECT_EQ(exchange.answer.status, 200);
  EXPECT_EQ(exchange.answer.body, kWidgetReply);
}

TEST(FinpayTest, EncryptedFieldsAreKeptPlain) {
  const Exchange exchange = Ask(WidgetBody(kReference, kPhone));
  for (const char* field :
       {"merchantPass", "personalData.kkNumber", "personalData.biologicalMotherName"}) {
    EXPECT_EQ(exchange.fields.at(field), "123456") << field;
  }
  EXPECT_EQ(exchange.images.at("images.selfie").as_object().at("type"), "image/jpeg");
}

TEST(FinpayTest, IssuedWidgetIsFollowedByOneApproval) {
  const Exchange exchange = Ask(WidgetBody(kReference, kPhone));
  EXPECT_EQ(exchange.upgrade.reference, kReference);
  EXPECT_EQ(exchange.upgrade.mother_name, "123456");
  ASSERT_EQ(exchange.upgrade.steps.size(), 1u);
  EXPECT_EQ(exchange.upgrade.steps[0].status, "approved");
}

TEST(FinpayTest, RefusedRequestIsFollowedByNothing) {
  EXPECT_TRUE(Ask(WidgetBody(kReference, "628129520500")).upgrade.steps.empty());
  EXPECT_TRUE(Ask(WidgetBody("short", kPhone)).upgrade.steps.empty());
}

TEST(FinpayTest, OnlyMandatoryFieldsPass) {
  const Exchange exchange =
      Ask(R"({"partnerReferenceNo":"1234567890","phoneNo":"0812345678","merchantId":"AGREE170724",)"
          R"("merchantPass":"1jdzWuniG6UMtoa3T6uNLA=="})");
  EXPECT_EQ(exchange.answer.body, kWidgetReply);
}

struct Refused {
  std::string part;
  std::string by;
  int status;
  std::string code;
  std::string message;
};

class FinpayRefusalTest : public testing::TestWithParam<Refused> {};

TEST_P(FinpayRefusalTest, NamesTheField) {
  const Answer answer = Ask(With(GetParam().part, GetParam().by)).answer;
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.body, FinpayReply(GetParam().code, GetParam().message));
}

std::string Cipher(std::string_view plain) {
  return EncodeBase64(EncryptAes("1234567890123456", "1234567890123456", plain));
}

Refused Missing(std::string part, std::string by, const std::string& field) {
  return {std::move(part), std::move(by), 400, "4000002", "Invalid Mandatory Field " + field};
}

Refused Malformed(std::string part, std::string by, const std::string& field) {
  return {std::move(part), std::move(by), 400, "4000001", "Invalid Field Format " + field};
}

const std::string kCipher(kSampleCipher);  // NOLINT: read by the tables below only.

INSTANTIATE_TEST_SUITE_P(Missing, FinpayRefusalTest,
                         testing::Values(Missing("partnerReferenceNo", "x", "partnerReferenceNo"),
                                         Missing("phoneNo", "x", "phoneNo"),
                                         Missing("merchantId", "x", "merchantId"),
                                         Missing("merchantPass", "x", "merchantPass"),
                                         Missing(R"("AGREE170724")", "\"\"", "merchantId"),
                                         Missing("base64\":", "x\":", "images.ktp.base64")));

INSTANTIATE_TEST_SUITE_P(
    Malformed, FinpayRefusalTest,
    testing::Values(
        Malformed(kReference, "123456789", "partnerReferenceNo"),
        Malformed(kReference, std::string(65, '1'), "partnerReferenceNo"),
        Malformed("\"" + std::string(kPhone) + "\"", "6281295288912", "phoneNo"),
        Malformed(kPhone, "628129528", "phoneNo"), Malformed(kPhone, "6281295288912345", "phoneNo"),
        Malformed(kPhone, "7181295288912", "phoneNo"),
        Malformed(kPhone, "62812952889x2", "phoneNo"),
        Malformed("AGREE170724", std::string(129, 'A'), "merchantId"),
        Malformed("merchantPass\":\"" + kCipher, "merchantPass\":\"123456", "merchantPass"),
        Malformed("\"images\":{", "\"redirectFinalUrl\":\"javascript:1\",\"images\":{",
                  "redirectFinalUrl"),
        Malformed("data:image/jpeg;base64,", "", "images.ktp.base64"),
        Malformed("data:image/jpeg", "data:image/png", "images.ktp.base64"),
        Malformed(";base64,/9j", ";base64,AAA", "images.ktp.base64"),
        Malformed("false", "\"false\"", "images.ktp.isEditable"),
        Malformed("kkNumber\":\"" + kCipher, "kkNumber\":\"" + Cipher("12345678901234567"),
                  "personalData.kkNumber"),
        Malformed("kkNumber\":\"" + kCipher, "kkNumber\":\"" + Cipher("12a"),
                  "personalData.kkNumber"),
        Malformed("Name\":\"" + kCipher, "Name\":\"AAAA", "personalData.biologicalMotherName"),
        Malformed("\"ID\"", "\"IDN\"", "personalData.nationality"),
        Malformed("@", "", "personalData.email")));

INSTANTIATE_TEST_SUITE_P(
    Strangers, FinpayRefusalTest,
    testing::Values(Refused{"AGREE170724", "AGREE170725", 401, "4010000", "Unauthorized"},
                    Refused{"merchantPass\":\"" + kCipher, "merchantPass\":\"" + Cipher("654321"),
                            401, "4010000", "Unauthorized"},
                    Refused{"{\"partner", "{{\"partner", 400, "4000000", "Bad Request"}));

}  // namespace
}  // namespace kyc::simulator
