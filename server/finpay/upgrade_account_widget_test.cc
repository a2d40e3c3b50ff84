#include "server/finpay/upgrade_account_widget.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/call/error.h"

namespace kyc::finpay {
namespace {

using Request = ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using Response = ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;
using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string kJpeg = "\xFF\xD8\xFF\xE0JFIF";  // Base64: /9j/4EpGSUY=
const std::string kPng = "\x89PNG\r\n\x1A\n";      // Base64: iVBORw0KGgo=

// The document's sample reply, byte for byte.
const char kSample[] = R"({
  "responseCode": "2000000",
  "responseMessage": "Request has been processed successfully",
  "widgetUrl": "https://demos.finnet.co.id/mob-dev/widget/prem?phone=6281295288912&uuid=04667364-ef55-46c6-9006-8c99388e4cdd",
  "expiryTime": "2024-11-01 14:01:10"
})";

template <typename Message>
Message Proto(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// The document's sample request, its encrypted fields as their plaintext.
Request Sample() {
  return Proto<Request>(R"(partner_reference_no: "202411011441000012" phone_no: "6281295288912"
                           images { ktp { is_editable: false } selfie { is_editable: true } }
                           personal_data {
                             kk_number: "123456" biological_mother_name: "123456"
                             nationality: "ID" email: "budi.santoso@email.com"
                           })");
}

WidgetImages Images() { return {{{kJpeg}}, {{kPng}}}; }

WidgetOptions Config() {
  WidgetOptions options;
  options.base_url = "https://finpay.test/api/v1.0";
  options.accounts = {"only"};
  return options;
}

WidgetCredentials Credentials() {
  const Secret key(std::string("1234567890123456"));
  return {"AGREE170724", Secret("123456"), *crypto::FieldCipher::Make(key, key)};
}

upstream::HttpResponse Reply(int http, std::string body) {
  upstream::HttpResponse response;
  response.status = http;
  response.body = std::move(body);
  return response;
}

struct Read {
  absl::StatusOr<Response> answer;
  json::Deviations deviations;
};

Read ReadReply(int http, std::string body, WidgetOptions options = Config()) {
  json::Deviations deviations;
  auto answer = FromHttp(Reply(http, std::move(body)), Sample(), options, deviations);
  return {std::move(answer), std::move(deviations)};
}

std::string Coded(absl::string_view code, absl::string_view message = "words") {
  return absl::StrCat(R"({"responseCode":")", code, R"(","responseMessage":")", message, R"("})");
}

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

TEST(ToHttp, WritesTheSampleAsDocumented) {
  WidgetOptions options = Config();
  options.extra_headers = {{"X-Extra", "1"}};
  const upstream::HttpRequest http = ToHttp(Sample(), Images(), Credentials(), options);
  EXPECT_EQ(http.url, "https://finpay.test/api/v1.0/upgrade-account-widget");
  EXPECT_THAT(http.headers, ElementsAre(Pair("Content-Type", "application/json"),
                                        Pair("Accept", "application/json"), Pair("X-Extra", "1")));
  EXPECT_EQ(
      http.body.ToString(),
      R"({"partnerReferenceNo":"202411011441000012","phoneNo":"6281295288912",)"
      R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA==",)"
      R"("images":{"ktp":{"base64":"data:image/jpeg;base64,/9j/4EpGSUY=","isEditable":false},)"
      R"("selfie":{"base64":"data:image/png;base64,iVBORw0KGgo=","isEditable":true}},)"
      R"("personalData":{"kkNumber":"1jdzWuniG6UMtoa3T6uNLA==",)"
      R"("biologicalMotherName":"1jdzWuniG6UMtoa3T6uNLA==","nationality":"ID",)"
      R"("email":"budi.santoso@email.com"}})");
}

TEST(ToHttp, WhatIsEmptyIsNotSent) {
  const auto bare = Proto<Request>(R"(partner_reference_no: "0123456789" phone_no: "0812345678"
                                      images {} personal_data {})");
  EXPECT_EQ(ToHttp(bare, {}, Credentials(), Config()).body.ToString(),
            R"({"partnerReferenceNo":"0123456789","phoneNo":"0812345678",)"
            R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA=="})");
  const auto some = Proto<Request>(R"(partner_reference_no: "012345678\n" phone_no: "0812345678"
                                      redirect_final_url: "https://a/\"" images { selfie {} }
                                      personal_data { nationality: "WNI" })");
  EXPECT_EQ(ToHttp(some, {{}, {{kJpeg}}}, Credentials(), Config()).body.ToString(),
            R"({"partnerReferenceNo":"012345678\n","phoneNo":"0812345678",)"
            R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA==",)"
            R"("redirectFinalUrl":"https://a/\"",)"
            R"("images":{"selfie":{"base64":"data:image/jpeg;base64,/9j/4EpGSUY="}},)"
            R"("personalData":{"nationality":"WNI"}})");
}

TEST(Validate, RequestsAtTheirLimitsAreFine) {
  EXPECT_EQ(Validate(Sample(), Images(), Config()), absl::OkStatus());
  Request request = Proto<Request>(
      R"(partner_reference_no: "0123456789" phone_no: "081234567890123"
         redirect_final_url: "http://shop.test/back" account: "only"
         personal_data { kk_number: "1234567890123456" nationality: "WNA" })");
  request.mutable_personal_data()->set_biological_mother_name(std::string(255, 'm') + "\x01");
  EXPECT_EQ(Validate(request, {}, Config()), absl::OkStatus());
  request.set_partner_reference_no(std::string(64, 'r'));
  EXPECT_EQ(Validate(request, {}, Config()), absl::OkStatus());
}

TEST(Validate, EveryViolationIsNamedAtOnce) {
  Request request = Proto<Request>(
      R"(partner_reference_no: "012345678" phone_no: "+6281295288912"
         redirect_final_url: "javascript:alert" images { ktp {} selfie {} }
         personal_data { kk_number: "12345678901234567" nationality: "Indonesia" email: "budi" })");
  request.mutable_personal_data()->set_biological_mother_name(std::string(257, 'm'));
  WidgetOptions options = Config();
  options.accounts = {"first", "second"};
  EXPECT_THAT(
      Violations(Validate(request, {{}, {{"text"}}}, options)),
      ElementsAre(
          Pair("partner_reference_no", "must be 10 to 64 bytes"),
          Pair("phone_no", "must be 10 to 15 digits that start with 62 or 08"),
          Pair("redirect_final_url", "must be an absolute http or https URL of at most 2048 bytes"),
          Pair("images.ktp.content", "must not be empty"),
          Pair("images.selfie.content", "must be a JPEG, PNG or WebP file"),
          Pair("personal_data.kk_number", "must be 1 to 16 digits"),
          Pair("personal_data.biological_mother_name", "must be at most 256 bytes"),
          Pair("personal_data.nationality", "must be WNI, WNA or a code of two capital letters"),
          Pair("personal_data.email", "must be an email address of at most 254 bytes"),
          Pair("account", "must be given, because several accounts are configured")));
}

TEST(Validate, JustOverALimitIsNamed) {
  Request request = Sample();
  request.set_partner_reference_no(std::string(65, 'r'));
  request.set_redirect_final_url("https://a/" + std::string(2039, 'x'));
  request.mutable_personal_data()->set_nationality("id");
  request.set_account("other");
  WidgetOptions options = Config();
  options.max_image_bytes = 7;
  EXPECT_THAT(
      Violations(Validate(request, {{{kJpeg}}, {{kJpeg}}}, options)),
      ElementsAre(Pair("partner_reference_no", testing::_), Pair("redirect_final_url", testing::_),
                  Pair("images.ktp.content", "must be at most 7 bytes"),
                  Pair("images.selfie.content", "must be at most 7 bytes"),
                  Pair("personal_data.nationality", testing::_),
                  Pair("account", "must be the name of a configured account")));
}

TEST(DeviationsOf, OnlyACountryCodeIsOne) {
  EXPECT_THAT(DeviationsOf(Sample()), ElementsAre("nationality_code"));
  Request request = Sample();
  request.mutable_personal_data()->set_nationality("WNI");
  EXPECT_THAT(DeviationsOf(request), IsEmpty());
  EXPECT_THAT(DeviationsOf(Request()), IsEmpty());
}

TEST(FromHttp, SampleReplyIsAWidget) {
  const Read read = ReadReply(200, kSample);
  ASSERT_TRUE(read.answer.ok()) << read.answer.status();
  const auto expected = Proto<Response>(
      R"(outcome: OUTCOME_WIDGET_ISSUED
         widget_url: "https://demos.finnet.co.id/mob-dev/widget/prem?phone=6281295288912&uuid=04667364-ef55-46c6-9006-8c99388e4cdd"
         expiry_time { seconds: 1730444470 } expiry_time_text: "2024-11-01 14:01:10"
         response_code: "2000000" response_message: "Request has been processed successfully")");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read.answer, expected))
      << read.answer->DebugString();
  EXPECT_THAT(read.deviations, IsEmpty());
}

TEST(FromHttp, DocumentedCodesAreAnswersWithoutAWidget) {
  const std::vector<std::tuple<int, const char*, const char*>> cases = {
      {202, "2020000", "OUTCOME_KYC_IN_PROCESS"},
      {200, "2000001", "OUTCOME_KYC_REJECTED"},
      {200, "2000002", "OUTCOME_KYC_APPROVED"}};
  for (const auto& [http, code, outcome] : cases) {
    const std::string body = absl::StrCat(R"({"responseCode":")", code,
                                          R"(","responseMessage":"m","widgetUrl":"https://a"})");
    const Read read = ReadReply(http, body);
    ASSERT_TRUE(read.answer.ok()) << code << read.answer.status();
    const auto expected = Proto<Response>(
        absl::StrCat("outcome: ", outcome, " response_code: '", code, "' response_message: 'm'")
            .c_str());
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read.answer, expected))
        << read.answer->DebugString();
    EXPECT_THAT(read.deviations, IsEmpty()) << code;
  }
}

TEST(FromHttp, LooseRepliesAreReadAndCounted) {
  EXPECT_THAT(ReadReply(200, Coded("2020000")).deviations, ElementsAre("http_status_mismatch"));
  EXPECT_THAT(ReadReply(202, Coded("2000001")).deviations, ElementsAre("http_status_mismatch"));
  const Read number = ReadReply(200, R"({"responseCode":2000002})");
  ASSERT_TRUE(number.answer.ok()) << number.answer.status();
  EXPECT_EQ(number.answer->response_code(), "2000002");
  EXPECT_THAT(number.deviations, ElementsAre("number_for_string", "no_response_message"));
}

TEST(FromHttp, PlainHttpWidgetOnlyWhereAllowed) {
  const std::string body =
      R"({"responseCode":"2000000","responseMessage":"m","widgetUrl":"http://a/b",)"
      R"("expiryTime":"2024-11-01 14:01:10"})";
  const absl::Status refused = ReadReply(200, body).answer.status();
  EXPECT_EQ(ReasonOf(refused), "UPSTREAM_MALFORMED");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("has no usable widgetUrl"));
  WidgetOptions options = Config();
  options.allow_http_widget_url = true;
  const Read allowed = ReadReply(200, body, options);
  ASSERT_TRUE(allowed.answer.ok()) << allowed.answer.status();
  EXPECT_EQ(allowed.answer->widget_url(), "http://a/b");
}

TEST(FromHttp, SuccessThatLacksSomethingIsMalformed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {Coded("2000000"), "has no usable widgetUrl"},
      {R"({"responseCode":"2000000","widgetUrl":"javascript:x"})", "has no usable widgetUrl"},
      {R"({"responseCode":"2000000","widgetUrl":"https://a"})", "has no readable expiryTime"},
      {R"({"responseCode":"2000000","widgetUrl":"https://a","expiryTime":"soon"})",
       "has no readable expiryTime"},
      {R"({"responseCode":"2000000","widgetUrl":"https://a","expiryTime":null})",
       "has no readable expiryTime"},
      {R"({"responseMessage":"m"})", "has no responseCode that is known"},
      {R"(["2000000"])", "has no responseCode that is known"},
      {Coded("2000003"), "has no responseCode that is known"},
      {Coded("2010000"), "has no responseCode that is known"},
      {Coded("3020000"), "has no responseCode that is known"},
      {Coded("6000000"), "has no responseCode that is known"},
      {Coded("200000"), "has no responseCode that is known"},
      {Coded("400000"), "has no responseCode that is known"},
      {R"({"responseCode":"2000001","responseCode":"2000002"})", "has a key twice"},
      {Coded("2000001") + "}", ""},
      {R"({"responseCode":"2000001")", ""},
      {"", "is empty"}};
  for (const auto& [body, says] : cases) {
    const absl::Status status = ReadReply(200, body).answer.status();
    EXPECT_EQ(status.code(), StatusCode::kInternal) << body;
    EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED") << body;
    EXPECT_EQ(MetadataOf(status, "outcome"), "answered") << body;
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
  }
}

TEST(FromHttp, RefusedFieldIsNamedWhereTheMessageNamesIt) {
  const std::vector<std::tuple<const char*, const char*, const char*>> cases = {
      {"4000002", "Invalid Mandatory Field phoneNo", "phone_no"},
      {"4000002", "Invalid Mandatory Field {personalData.kkNumber}.", "personal_data.kk_number"},
      {"4009901", "Invalid Field Format kknumber", "personal_data.kk_number"},
      {"4000001", "images.selfie.base64 is broken", "images.selfie.content"},
      {"4000001", "[partnerReferenceNo]", "partner_reference_no"}};
  for (const auto& [code, message, field] : cases) {
    const absl::Status status = ReadReply(400, Coded(code, message)).answer.status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << message;
    const bool missing = absl::string_view(code) == "4000002";
    EXPECT_EQ(ReasonOf(status), missing ? "MISSING_FIELD" : "INVALID_FIELD_FORMAT") << message;
    EXPECT_THAT(Violations(status),
                ElementsAre(Pair(
                    field, missing ? "must be given" : "must have the format that Finpay expects")))
        << message;
    EXPECT_EQ(MetadataOf(status, "upstreamCode"), code);
  }
  for (const char* message : {"Invalid Mandatory Field merchantPass", "phoneNos", ""}) {
    const absl::Status status = ReadReply(400, Coded("4000002", message)).answer.status();
    EXPECT_EQ(ReasonOf(status), "MISSING_FIELD") << message;
    EXPECT_THAT(Violations(status), IsEmpty()) << message;
  }
}

struct Refusal {
  int http;
  const char* response_code;
  StatusCode code;
  const char* reason;
  const char* outcome;
};

TEST(FromHttp, HttpStatusDecidesAndTheCodeOnlyRefines) {
  const std::vector<Refusal> cases = {
      {400, "4000000", StatusCode::kInvalidArgument, "UPSTREAM_BAD_REQUEST", "refused"},
      {400, "4090001", StatusCode::kInvalidArgument, "UPSTREAM_BAD_REQUEST", "refused"},
      {422, "4000001", StatusCode::kInvalidArgument, "INVALID_FIELD_FORMAT", "refused"},
      {500, "4000001", StatusCode::kInternal, "UPSTREAM_INTERNAL_ERROR", "unknown"},
      {500, "2000000", StatusCode::kInternal, "UPSTREAM_INTERNAL_ERROR", "unknown"},
      {404, "", StatusCode::kUnimplemented, "UPSTREAM_ENDPOINT_NOT_FOUND", "refused"},
      {404, "4040001", StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
      {409, "4090001", StatusCode::kAlreadyExists, "DUPLICATE_REFERENCE", "refused"},
      {409, "4090000", StatusCode::kAborted, "EXTERNAL_ID_CONFLICT", "refused"},
      {409, "", StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
      {503, "5030000", StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
      // A 2xx whose code is no 2xx: as that HTTP status.
      {200, "4000002", StatusCode::kInvalidArgument, "MISSING_FIELD", "refused"},
      {200, "4010000", StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED", "refused"},
      {200, "4040001", StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
      {200, "4090001", StatusCode::kAlreadyExists, "DUPLICATE_REFERENCE", "refused"},
      {202, "4090002", StatusCode::kAborted, "EXTERNAL_ID_CONFLICT", "refused"},
      {200, "4290000", StatusCode::kResourceExhausted, "UPSTREAM_RATE_LIMITED", "refused"},
      {200, "5000000", StatusCode::kInternal, "UPSTREAM_INTERNAL_ERROR", "unknown"},
      {200, "5040000", StatusCode::kDeadlineExceeded, "UPSTREAM_GATEWAY_TIMEOUT", "unknown"}};
  for (const Refusal& row : cases) {
    const absl::Status status = ReadReply(row.http, Coded(row.response_code)).answer.status();
    SCOPED_TRACE(absl::StrCat(row.http, " ", row.response_code));
    EXPECT_EQ(status.code(), row.code);
    EXPECT_EQ(ReasonOf(status), row.reason);
    EXPECT_EQ(MetadataOf(status, "outcome"), row.outcome);
    EXPECT_EQ(MetadataOf(status, "upstream"), "finpay");
    EXPECT_EQ(MetadataOf(status, "httpStatus"), absl::StrCat(row.http));
    EXPECT_EQ(MetadataOf(status, "attempts"), "1");
    EXPECT_EQ(MetadataOf(status, "upstreamCode"), row.response_code);
    EXPECT_EQ(MetadataOf(status, "upstreamText"), "words");
  }
}

// Every place of a reply from which words are taken, echoing the request.
TEST(FromHttp, UpstreamWordsNeverShowAValueOfTheRequest) {
  Request request = Sample();
  request.set_redirect_final_url("https://toko.test/kembali");
  request.mutable_personal_data()->set_kk_number("7654321");
  request.mutable_personal_data()->set_biological_mother_name("Siti Aminah");
  request.mutable_personal_data()->set_nationality("WNI");
  const std::string echo =
      "ref 202411011441000012 +62 812-9528-8912 081295288912 https://toko.test/kembali 7654321 "
      "SITI AMINAH aminah WNI Budi.Santoso@Email.com data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAA "
      "Z0gKf5KKPvvrPpe2BjtBJw==";
  for (int http : {200, 400, 409, 500}) {
    for (const std::string& body :
         {Coded("4000001", echo), Coded(echo, echo), Coded("7654321", echo)}) {
      json::Deviations deviations;
      const absl::Status status =
          FromHttp(Reply(http, body), request, Config(), deviations).status();
      ASSERT_FALSE(status.ok());
      std::string shown(status.message());
      status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
        absl::StrAppend(&shown, std::string(payload));
      });
      for (const char* part : {"2024", "0012", "812", "9528", "toko", "kembali", "7654321", "SITI",
                               "minah", "WNI", "antoso", "mail.com", "/9j/", "Z0gK"}) {
        EXPECT_THAT(shown, Not(HasSubstr(part))) << http << body;
      }
    }
  }
}

}  // namespace
}  // namespace kyc::finpay
