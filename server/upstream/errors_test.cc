#include "server/upstream/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"

namespace kyc::upstream {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (payload) info.ParseFromString(std::string(*payload));
  return info;
}

bool HasRetryInfo(const absl::Status& status) {
  return status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value();
}

std::map<std::string, std::string> MetadataOf(const absl::Status& status) {
  const google::rpc::ErrorInfo info = InfoOf(status);
  return {info.metadata().begin(), info.metadata().end()};
}

struct StatusCase {
  int http;
  StatusCode code;
  const char* reason;
  const char* outcome;
};

void PrintTo(const StatusCase& row, std::ostream* out) { *out << row.http; }

class HttpStatusTable : public testing::TestWithParam<StatusCase> {};

TEST_P(HttpStatusTable, IsTheErrorOfTheTable) {
  HttpResponse response;
  response.status = GetParam().http;
  const absl::Status status = ToStatus(HttpStatusError("finpay", response));
  EXPECT_EQ(status.code(), GetParam().code);
  const google::rpc::ErrorInfo info = InfoOf(status);
  EXPECT_EQ(info.reason(), GetParam().reason);
  EXPECT_EQ(info.domain(), "finpay");
  EXPECT_THAT(std::string(status.message()), HasSubstr("The upstream finpay "));
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string("[") + GetParam().reason));
  const std::map<std::string, std::string> expected = {
      {"upstream", "finpay"},
      {"outcome", GetParam().outcome},
      {"attempts", "1"},
      {"httpStatus", std::to_string(GetParam().http)}};
  EXPECT_EQ(MetadataOf(status), expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpStatusTable,
    testing::ValuesIn(std::vector<StatusCase>{
        {0, StatusCode::kInternal, "UPSTREAM_MALFORMED", "answered"},
        {101, StatusCode::kInternal, "UPSTREAM_MALFORMED", "answered"},
        {301, StatusCode::kInternal, "UPSTREAM_REDIRECT", "answered"},
        {304, StatusCode::kInternal, "UPSTREAM_REDIRECT", "answered"},
        {308, StatusCode::kInternal, "UPSTREAM_REDIRECT", "answered"},
        {400, StatusCode::kInvalidArgument, "UPSTREAM_BAD_REQUEST", "refused"},
        {401, StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED", "refused"},
        {402, StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
        {403, StatusCode::kFailedPrecondition, "UPSTREAM_FORBIDDEN", "refused"},
        {404, StatusCode::kUnimplemented, "UPSTREAM_ENDPOINT_NOT_FOUND", "refused"},
        {405, StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
        {408, StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
        {409, StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
        {413, StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
        {422, StatusCode::kInvalidArgument, "UPSTREAM_BAD_REQUEST", "refused"},
        {429, StatusCode::kResourceExhausted, "UPSTREAM_RATE_LIMITED", "refused"},
        {499, StatusCode::kFailedPrecondition, "UPSTREAM_REJECTED", "refused"},
        {500, StatusCode::kInternal, "UPSTREAM_INTERNAL_ERROR", "unknown"},
        {501, StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
        {502, StatusCode::kUnknown, "UPSTREAM_BAD_GATEWAY", "unknown"},
        {503, StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
        {504, StatusCode::kDeadlineExceeded, "UPSTREAM_GATEWAY_TIMEOUT", "unknown"},
        {520, StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
        {599, StatusCode::kUnknown, "UPSTREAM_UNAVAILABLE", "unknown"},
        {600, StatusCode::kInternal, "UPSTREAM_MALFORMED", "answered"},
    }),
    [](const auto& info) { return "Http" + std::to_string(info.param.http); });

TEST(HttpStatusError, NoStatusBesides429IsACodeThatClientsRepeat) {
  for (int status = 300; status < 600; ++status) {
    HttpResponse response;
    response.status = status;
    const StatusCode code = HttpStatusError("finpay", response).code;
    EXPECT_NE(code, StatusCode::kUnavailable) << status;
    EXPECT_NE(code, StatusCode::kAborted) << status;
    EXPECT_NE(code, StatusCode::kOk) << status;
    EXPECT_NE(code, StatusCode::kUnauthenticated) << status;
    EXPECT_EQ(code == StatusCode::kResourceExhausted, status == 429) << status;
  }
}

TEST(HttpStatusError, OfACallThatWasSurelyNotProcessedIsRefused) {
  for (int status = 300; status < 600; ++status) {
    HttpResponse response;
    response.status = status;
    const Error before = HttpStatusError("finpay", response);
    response.surely_unprocessed = true;
    const Error error = HttpStatusError("finpay", response);
    const bool may_be_repeated = status == 503;
    EXPECT_EQ(error.code, may_be_repeated ? StatusCode::kUnavailable : before.code) << status;
    EXPECT_EQ(error.retry_after.has_value(), may_be_repeated) << status;
    if (status >= 400) {
      EXPECT_EQ(MetadataOf(ToStatus(error))["outcome"], "refused") << status;
    }
  }
}

TEST(HttpStatusError, OfASurelyUnprocessed503SaysWhenToComeBack) {
  HttpResponse response;
  response.status = 503;
  response.surely_unprocessed = true;
  EXPECT_EQ(HttpStatusError("finpay", response).retry_after, absl::Seconds(1));
  response.headers = {{"retry-after", "7"}};
  EXPECT_EQ(HttpStatusError("finpay", response).retry_after, absl::Seconds(7));
}

struct FailureCase {
  const char* name;
  FailureKind kind;
  bool sent;
  StatusCode code;
  const char* domain;
  const char* reason;
  const char* outcome;
};

class FailureTable : public testing::TestWithParam<FailureCase> {};

TEST_P(FailureTable, IsTheErrorOfTheTable) {
  HttpFailure failure;
  failure.kind = GetParam().kind;
  failure.sent = GetParam().sent;
  failure.attempts = 2;
  failure.cause = "libcurl: words for the log only";
  failure.retry_after = absl::Seconds(3);
  const absl::Status status = FailureStatus("widekyc", failure);
  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_EQ(InfoOf(status).domain(), GetParam().domain);
  EXPECT_EQ(InfoOf(status).reason(), GetParam().reason);
  const std::map<std::string, std::string> expected = {
      {"upstream", "widekyc"}, {"outcome", GetParam().outcome}, {"attempts", "2"}};
  EXPECT_EQ(MetadataOf(status), expected);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("libcurl")));
  const bool told_when =
      GetParam().kind == FailureKind::kNoSlot || GetParam().kind == FailureKind::kCircuitOpen;
  EXPECT_EQ(HasRetryInfo(status), told_when);
}

INSTANTIATE_TEST_SUITE_P(
    All, FailureTable,
    testing::ValuesIn(std::vector<FailureCase>{
        {"Unreachable", FailureKind::kUnreachable, false, StatusCode::kUnavailable, "widekyc",
         "UPSTREAM_UNREACHABLE", "not_sent"},
        {"UnreachableAfter", FailureKind::kUnreachable, true, StatusCode::kUnknown, "widekyc",
         "UPSTREAM_CONNECTION_LOST", "unknown"},
        {"Untrusted", FailureKind::kUntrusted, false, StatusCode::kFailedPrecondition, "widekyc",
         "UPSTREAM_UNTRUSTED", "not_sent"},
        {"UntrustedAfter", FailureKind::kUntrusted, true, StatusCode::kUnknown, "widekyc",
         "UPSTREAM_CONNECTION_LOST", "unknown"},
        {"ProxyUnreachable", FailureKind::kProxyUnreachable, false, StatusCode::kUnavailable,
         "widekyc", "PROXY_UNREACHABLE", "not_sent"},
        {"ProxyUnauthorized", FailureKind::kProxyUnauthorized, false,
         StatusCode::kFailedPrecondition, "widekyc", "PROXY_CREDENTIALS_REJECTED", "not_sent"},
        {"ProxyRefused", FailureKind::kProxyRefused, false, StatusCode::kFailedPrecondition,
         "widekyc", "PROXY_REFUSED", "not_sent"},
        {"LostBefore", FailureKind::kConnectionLost, false, StatusCode::kUnavailable, "widekyc",
         "UPSTREAM_UNREACHABLE", "not_sent"},
        {"LostAfter", FailureKind::kConnectionLost, true, StatusCode::kUnknown, "widekyc",
         "UPSTREAM_CONNECTION_LOST", "unknown"},
        {"TimeoutBefore", FailureKind::kAttemptTimeout, false, StatusCode::kDeadlineExceeded,
         "widekyc", "UPSTREAM_TIMEOUT", "not_sent"},
        {"TimeoutAfter", FailureKind::kAttemptTimeout, true, StatusCode::kDeadlineExceeded,
         "widekyc", "UPSTREAM_TIMEOUT", "unknown"},
        {"DeadlineBefore", FailureKind::kCallerDeadline, false, StatusCode::kDeadlineExceeded,
         "kyc-gateway", "CALLER_DEADLINE", "not_sent"},
        {"DeadlineAfter", FailureKind::kCallerDeadline, true, StatusCode::kDeadlineExceeded,
         "kyc-gateway", "CALLER_DEADLINE", "unknown"},
        {"CancelledBefore", FailureKind::kCancelled, false, StatusCode::kCancelled, "kyc-gateway",
         "CALLER_CANCELLED", "not_sent"},
        {"CancelledAfter", FailureKind::kCancelled, true, StatusCode::kCancelled, "kyc-gateway",
         "CALLER_CANCELLED", "unknown"},
        {"TooLarge", FailureKind::kReplyTooLarge, true, StatusCode::kInternal, "widekyc",
         "UPSTREAM_MALFORMED", "answered"},
        {"Unreadable", FailureKind::kReplyUnreadable, true, StatusCode::kInternal, "widekyc",
         "UPSTREAM_MALFORMED", "answered"},
        {"NoSlot", FailureKind::kNoSlot, false, StatusCode::kResourceExhausted, "kyc-gateway",
         "GATEWAY_OVERLOADED", "not_sent"},
        {"CircuitOpen", FailureKind::kCircuitOpen, false, StatusCode::kUnavailable, "kyc-gateway",
         "CIRCUIT_OPEN", "not_sent"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(FailureStatus, WithoutAnAttemptNamesNone) {
  HttpFailure failure;
  failure.kind = FailureKind::kNoSlot;
  EXPECT_EQ(MetadataOf(FailureStatus("finpay", failure)).count("attempts"), 0u);
}

TEST(MalformedReply, SaysInWhat) {
  HttpResponse response;
  response.status = 200;
  response.attempts = 2;
  const absl::Status status = ToStatus(MalformedReply("finpay", response, "is cut short"));
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("The reply of the upstream finpay is cut short [UPSTREAM_MALFORMED]"));
  const std::map<std::string, std::string> expected = {
      {"upstream", "finpay"}, {"outcome", "answered"}, {"attempts", "2"}, {"httpStatus", "200"}};
  EXPECT_EQ(MetadataOf(status), expected);
}

struct RetryCase {
  const char* name;
  Headers headers;
  absl::optional<absl::Duration> after;
};

class RetryAfterTable : public testing::TestWithParam<RetryCase> {};

TEST_P(RetryAfterTable, IsRead) {
  HttpResponse response;
  response.status = 429;
  response.headers = GetParam().headers;
  EXPECT_EQ(RetryAfter(response), GetParam().after);
  EXPECT_EQ(HttpStatusError("finpay", response).retry_after, GetParam().after);
}

const char kDate[] = "Fri, 20 Nov 2026 10:00:00 GMT";

INSTANTIATE_TEST_SUITE_P(All, RetryAfterTable,
                         testing::ValuesIn(std::vector<RetryCase>{
                             {"None", {}, absl::nullopt},
                             {"Seconds", {{"retry-after", "7"}}, absl::Seconds(7)},
                             {"Zero", {{"retry-after", "0"}}, absl::ZeroDuration()},
                             {"MoreThanAnHour", {{"retry-after", "86400"}}, absl::Hours(1)},
                             {"Negative", {{"retry-after", "-7"}}, absl::nullopt},
                             {"Words", {{"retry-after", "soon"}}, absl::nullopt},
                             {"Date",
                              {{"date", kDate}, {"retry-after", "Fri, 20 Nov 2026 10:00:09 GMT"}},
                              absl::Seconds(9)},
                             {"DateInThePast",
                              {{"date", kDate}, {"retry-after", "Fri, 20 Nov 2026 09:00:00 GMT"}},
                              absl::ZeroDuration()},
                             {"DateWithoutDate", {{"retry-after", kDate}}, absl::nullopt},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(HttpStatusError, OtherThan429HasNoRetryInfo) {
  for (int status : {408, 413, 500, 502, 503, 504}) {
    HttpResponse response;
    response.status = status;
    response.headers = {{"retry-after", "7"}};
    EXPECT_FALSE(HttpStatusError("finpay", response).retry_after.has_value()) << status;
  }
}

}  // namespace
}  // namespace kyc::upstream
