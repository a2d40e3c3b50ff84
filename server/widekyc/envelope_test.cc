// How a reply that is no success becomes an error: what the document says, and what leaks not.
#include "server/widekyc/envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/call/error.h"

namespace kyc::widekyc {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

const char kNotActivated[] =
    "Product is not activated. Please Check Available Products in Manage Product Menu";
const char kNotApproved[] = "Product is not activated yet by Admin";
const char kQuota[] = "Quota Exceeded";

// The document's error sample with another description.
std::string Sample(absl::string_view description) {
  return absl::StrCat(R"({
"statusCode": "ERROR",
"responseStatusDetails": [
{
"description": ")",
                      description, R"(",
"type": "Exception"
}
]
})");
}

absl::Status StatusOf(int http, std::string body, const std::vector<std::string>& values = {},
                      upstream::Headers headers = {}) {
  upstream::HttpResponse response;
  response.status = http;
  response.headers = std::move(headers);
  response.body = std::move(body);
  json::Deviations deviations;
  return ReadEnvelope(response, values, deviations).status();
}

template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload =
      status.GetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  EXPECT_TRUE(payload.has_value()) << status;
  if (payload) detail.ParseFromString(std::string(*payload));
  return detail;
}

size_t DetailsOf(const absl::Status& status) {
  size_t count = 0;
  status.ForEachPayload([&](absl::string_view, const absl::Cord&) { ++count; });
  return count;
}

TEST(ErrorReply, QuotaExceeded) {
  const absl::Status status = StatusOf(200, Sample(kQuota));
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "QUOTA_EXCEEDED");
  EXPECT_EQ(MetadataOf(status, "outcome"), "refused");
  EXPECT_EQ(MetadataOf(status, "upstreamCode"), "ERROR");
  EXPECT_EQ(MetadataOf(status, "upstreamText"), kQuota);
  EXPECT_EQ(DetailOf<google::rpc::QuotaFailure>(status).violations(0).subject(), "widekyc");
  EXPECT_EQ(DetailsOf(status), 2u);  // No RetryInfo: nobody knows when there is quota again.
}

TEST(ErrorReply, ProductNotApproved) {
  const absl::Status status = StatusOf(200, Sample(kNotApproved));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "PRODUCT_NOT_APPROVED");
  EXPECT_EQ(MetadataOf(status, "outcome"), "refused");
  const auto detail = DetailOf<google::rpc::PreconditionFailure>(status);
  EXPECT_EQ(detail.violations(0).type(), "PRODUCT_NOT_APPROVED");
  EXPECT_EQ(detail.violations(0).subject(), "widekyc");
}

TEST(ErrorReply, ProductNotActivated) {
  const absl::Status status = StatusOf(200, Sample(kNotActivated));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "PRODUCT_NOT_ACTIVATED");
  EXPECT_EQ(MetadataOf(status, "outcome"), "refused");
  EXPECT_EQ(DetailOf<google::rpc::PreconditionFailure>(status).violations(0).type(),
            "PRODUCT_NOT_ACTIVATED");
}

TEST(ErrorReply, AnyOtherTextIsAnException) {
  for (const char* text : {"Product is not activated", "quota exceeded", "Quota Exceeded.",
                           "Product is not activated yet by Admin ", "Selfie is blurred", ""}) {
    const absl::Status status = StatusOf(200, Sample(text));
    EXPECT_EQ(status.code(), StatusCode::kUnknown) << text;
    EXPECT_EQ(ReasonOf(status), "UPSTREAM_EXCEPTION") << text;
    EXPECT_EQ(MetadataOf(status, "outcome"), "answered") << text;
    EXPECT_EQ(MetadataOf(status, "upstreamText"), text);
    EXPECT_EQ(DetailsOf(status), 1u);
  }
}

TEST(ErrorReply, WithoutReadableDetailsIsAnException) {
  for (const char* details :
       {"", R"(,"responseStatusDetails":null)", R"(,"responseStatusDetails":[])",
        R"(,"responseStatusDetails":"x")", R"(,"responseStatusDetails":[7,{"description":{}}])"}) {
    const absl::Status status =
        StatusOf(200, absl::StrCat(R"({"statusCode":"ERROR")", details, "}"));
    EXPECT_EQ(status.code(), StatusCode::kUnknown) << details;
    EXPECT_EQ(ReasonOf(status), "UPSTREAM_EXCEPTION") << details;
  }
}

TEST(ErrorReply, FirstRecognisedOfSeveralDetailsDecides) {
  const absl::Status status = StatusOf(
      200, absl::StrCat(
               R"({"statusCode":"ERROR","responseStatusDetails":[{"description":"Other"},)",
               R"({"description":")", kNotApproved, R"("},{"description":")", kQuota, R"("}]})"));
  EXPECT_EQ(ReasonOf(status), "PRODUCT_NOT_APPROVED");
  EXPECT_EQ(MetadataOf(status, "upstreamText"), kNotApproved);
}

TEST(SuccessReply, WithAStatusOtherThanSuccessIsAnException) {
  const absl::Status status = StatusOf(
      200,
      R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"failed: Budi","data":{}}}})",
      {"Budi"});
  EXPECT_EQ(status.code(), StatusCode::kUnknown);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_EXCEPTION");
  EXPECT_EQ(MetadataOf(status, "outcome"), "answered");
  EXPECT_EQ(MetadataOf(status, "upstreamCode"), "failed: ***");
}

TEST(OtherReply, UnknownStatusCodeIsMalformedAndNamed) {
  const absl::Status status = StatusOf(200, R"({"statusCode":"PENDING"})");
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED");
  EXPECT_EQ(MetadataOf(status, "upstreamCode"), "PENDING");
}

// Its document calls it a refusal, but a proxy may have made it after WideKYC took the call.
TEST(ServiceUnavailable, MayHaveBeenProcessedAndSaysNotWhenToComeBack) {
  const absl::Status status = StatusOf(503, "<html>maintenance</html>", {}, {{"retry-after", "7"}});
  EXPECT_EQ(status.code(), StatusCode::kUnknown);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_UNAVAILABLE");
  EXPECT_EQ(MetadataOf(status, "outcome"), "unknown");
  EXPECT_EQ(DetailsOf(status), 1u);
}

TEST(HttpError, BodyRefinesOnlyWithinTheSameCode) {
  const absl::Status refined = StatusOf(429, Sample(kQuota), {}, {{"retry-after", "7"}});
  EXPECT_EQ(refined.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refined), "QUOTA_EXCEEDED");
  EXPECT_EQ(DetailsOf(refined), 2u);
  EXPECT_EQ(ReasonOf(StatusOf(403, Sample(kNotActivated))), "PRODUCT_NOT_ACTIVATED");
  const absl::Status kept = StatusOf(500, Sample(kQuota));
  EXPECT_EQ(kept.code(), StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(kept), "UPSTREAM_INTERNAL_ERROR");
  EXPECT_EQ(MetadataOf(kept, "outcome"), "unknown");
  EXPECT_EQ(MetadataOf(kept, "upstreamText"), kQuota);
  EXPECT_EQ(MetadataOf(kept, "httpStatus"), "500");
}

TEST(HttpError, SuccessInTheBodyIsNoSuccess) {
  const absl::Status status =
      StatusOf(500, R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success"}}})");
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(MetadataOf(status, "upstreamCode"), "SUCCESSFUL");
}

// By which a dispute can be settled, whatever the error is.
TEST(TrxId, StandsInEveryErrorWhereItCanBeRead) {
  const std::string result = R"("content":{"result":{"trx_id":"202303291030019483","status":)";
  const std::vector<std::pair<int, std::string>> replies = {
      {200, R"({"statusCode":"SUCCESSFUL",)" + result + R"({}}}})"},
      {200, R"({"statusCode":"SUCCESSFUL",)" + result + R"("failed"}}})"},
      {200, R"({"statusCode":"ERROR",)" + result + R"("failed"}}})"},
      {200, R"({"statusCode":"NEW",)" + result + R"("success"}}})"},
      {200, "{" + result + R"("success"}}})"},
      {202, R"({"statusCode":"SUCCESSFUL",)" + result + R"("success"}}})"},
      {500, R"({"statusCode":"ERROR",)" + result + R"("failed"}}})"}};
  for (const auto& [http, body] : replies) {
    const absl::Status status = StatusOf(http, body);
    ASSERT_FALSE(status.ok()) << body;
    EXPECT_EQ(MetadataOf(status, "trxId"), "202303291030019483") << http << body;
  }
}

TEST(TrxId, IsShownOnlyWhereItIsOneAndNobodys) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("202303291030019483")", "202303291030019483"},
      {"2.02303291030019483E17", "202303291030019483"},
      {R"("trx-7_a.b")", "trx-7_a.b"},
      {R"("")", ""},
      {"{}", ""},
      {"0.5", ""},
      {R"("3203012503770011")", ""},
      {R"("trx-3203012503770011")", ""},
      {R"("Siti")", ""},
      {R"("trx of Budi")", ""},
      {R"("a\r\nb")", ""},
      {R"("é")", ""},
      {absl::StrCat("\"", std::string(64, '7'), "\""), std::string(64, '7')},
      {absl::StrCat("\"", std::string(65, '7'), "\""), ""}};
  for (const auto& [value, shown] : cases) {
    const absl::Status status = StatusOf(
        200, absl::StrCat(R"({"statusCode":"ERROR","content":{"result":{"trx_id":)", value, "}}}"),
        {"3203012503770011", "Siti", ""});
    EXPECT_EQ(MetadataOf(status, "trxId"), shown) << value;
  }
}

// Every place of a reply from which words are taken, echoing the request.
TEST(UpstreamWords, OfTheDocumentAreShownWhateverTheRequestHolds) {
  const absl::Status status = StatusOf(200, Sample(kQuota), {"sim-quota", "exceeded", "error"});
  EXPECT_EQ(MetadataOf(status, "upstreamText"), kQuota);
  EXPECT_EQ(MetadataOf(status, "upstreamCode"), "ERROR");
}

TEST(UpstreamWords, NeverShowAValueOfTheRequest) {
  const std::vector<std::string> values = {"CUST-REF-7",  "3203012503770011", "GuoHui Chen",
                                           "25-03-1977",  "Fujian",           "Jl Selamet",
                                           "tok3n/secret"};
  std::string echo = "/9j/4AAQSkZJRgABAQAAAQABAAD";
  for (const std::string& value : values) absl::StrAppend(&echo, " ", value);
  absl::StrAppend(&echo, " GUOHUI CHEN, Chen, 25/03/1977, 3203 0125 0377 0011");
  const std::vector<std::string> bodies = {
      Sample(echo), absl::StrCat(R"({"statusCode":")", echo, R"("})"),
      absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":")", echo,
                   R"("}}})")};
  for (int http : {200, 400, 401, 500, 503}) {
    for (const std::string& body : bodies) {
      const absl::Status status = StatusOf(http, body, values);
      ASSERT_FALSE(status.ok());
      std::string shown(status.message());
      status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
        absl::StrAppend(&shown, std::string(payload));
      });
      for (const char* part : {"REF-7", "3203", "0125", "GuoHui", "Chen", "CHEN", "1977", "25",
                               "Fujian", "Selamet", "tok3n", "/9j/"}) {
        EXPECT_THAT(shown, Not(HasSubstr(part))) << http << body;
      }
    }
  }
}

}  // namespace
}  // namespace kyc::widekyc
