// Replies to a request for a widget: the document's own sample, answers and refusals.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/finpay/testing/widget_samples.h"
#include "server/finpay/upgrade_account_widget.h"

namespace kyc::finpay {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

// The document's sample reply, byte for byte.
const char kSample[] = R"({
  "responseCode": "2000000",
  "responseMessage": "Request has been processed successfully",
  "widgetUrl": "https://demos.finnet.co.id/mob-dev/widget/prem?phone=6281295288912&uuid=04667364-ef55-46c6-9006-8c99388e4cdd",
  "expiryTime": "2024-11-01 14:01:10"
})";

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
  auto answer =
      FromHttp(Reply(http, std::move(body)), Sample(), Credentials(), options, deviations);
  return {std::move(answer), std::move(deviations)};
}

std::string Coded(absl::string_view code, absl::string_view message = "words") {
  return absl::StrCat(R"({"responseCode":")", code, R"(","responseMessage":")", message, R"("})");
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

// A widget is issued by its URL alone: what else is odd is left out and named.
TEST(FromHttp, IssuedWidgetIsGivenWhateverElseIsOdd) {
  const std::vector<std::tuple<std::string, std::string, json::Deviations>> cases = {
      {R"(,"expiryTime":"2024-11-01T14:01:10+07:00")",
       "2024-11-01T14:01:10+07:00",
       {"unreadable:expiryTime"}},
      {R"(,"expiryTime":"soon")", "soon", {"unreadable:expiryTime"}},
      {R"(,"expiryTime":1730444470)", "1730444470", {"number_for_string", "unreadable:expiryTime"}},
      {"", "", {"unreadable:expiryTime"}},
      {R"(,"expiryTime":null)", "", {"unreadable:expiryTime"}},
      {R"(,"expiryTime":{"at":1})", "", {"unreadable:expiryTime"}},
      {R"(,"expiryTime":"\ud83d")", "", {"unreadable:expiryTime"}},
      {R"(,"expiryTime":"a","expiryTime":"a")", "", {"unreadable:expiryTime"}},
      {",\"expiryTime\":\"2024-11-01\n14:01:10\"", "", {"unreadable:expiryTime"}},
      {",\"expiryTime\":\"\xff\",\"new\":NaN", "", {"unreadable:expiryTime"}}};
  for (const auto& [more, text, deviations] : cases) {
    const Read read =
        ReadReply(200, absl::StrCat(R"({"responseCode":"2000000","responseMessage":"m",)",
                                    R"("widgetUrl":"https://a/b")", more, "}"));
    ASSERT_TRUE(read.answer.ok()) << more << read.answer.status();
    EXPECT_EQ(read.answer->widget_url(), "https://a/b");
    EXPECT_EQ(read.answer->response_message(), "m");
    EXPECT_EQ(read.answer->expiry_time_text(), text) << more;
    EXPECT_FALSE(read.answer->has_expiry_time()) << more;
    EXPECT_EQ(read.deviations, deviations) << more;
  }
}

TEST(FromHttp, CodeMayBeAnyWritingOfItsInteger) {
  for (const char* code : {"2000002", "2000002.0", "2.000002E6", "20000020e-1"}) {
    const Read read =
        ReadReply(200, absl::StrCat(R"({"responseCode":)", code, R"(,"responseMessage":["m"]})"));
    ASSERT_TRUE(read.answer.ok()) << code << read.answer.status();
    EXPECT_EQ(read.answer->response_code(), "2000002");
    EXPECT_THAT(read.deviations, ElementsAre("number_for_string", "unreadable:responseMessage",
                                             "no_response_message"));
  }
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
      {R"({"responseCode":"2000000","widgetUrl":"https://a","widgetUrl":"https://b"})",
       "has no usable widgetUrl"},
      {R"({"responseCode":2.0000005e6})", "has no responseCode that is known"},
      {R"({"responseCode":{}})", "has no responseCode that is known"},
      {R"({"responseMessage":"m"})", "has no responseCode that is known"},
      {R"(["2000000"])", "has no responseCode that is known"},
      {Coded("2000003"), "has no responseCode that is known"},
      {Coded("2010000"), "has no responseCode that is known"},
      {Coded("3020000"), "has no responseCode that is known"},
      {Coded("6000000"), "has no responseCode that is known"},
      {Coded("200000"), "has no responseCode that is known"},
      {Coded("400000"), "has no responseCode that is known"},
      {R"({"responseCode":"2000001","responseCode":"2000002"})",
       "has no responseCode that is known"},
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

WidgetCredentials Account() {
  WidgetCredentials account = Credentials();
  account.merchant_id = "TokoKita";
  account.merchant_pass = Secret("s3cret-pass");
  return account;
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
      "Z0gKf5KKPvvrPpe2BjtBJw== TOKOKITA s3cret-pass";
  for (int http : {200, 400, 409, 500}) {
    for (const std::string& body :
         {Coded("4000001", echo), Coded(echo, echo), Coded("7654321", echo)}) {
      json::Deviations deviations;
      const absl::Status status =
          FromHttp(Reply(http, body), request, Account(), Config(), deviations).status();
      ASSERT_FALSE(status.ok());
      std::string shown(status.message());
      status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
        absl::StrAppend(&shown, std::string(payload));
      });
      for (const char* part :
           {"2024", "0012", "812", "9528", "toko", "kembali", "7654321", "SITI", "minah", "WNI",
            "antoso", "mail.com", "/9j/", "Z0gK", "TOKOKITA", "s3cret"}) {
        EXPECT_THAT(shown, Not(HasSubstr(part))) << http << body;
      }
    }
  }
}

}  // namespace
}  // namespace kyc::finpay
