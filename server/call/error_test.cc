#include "server/call/error.h"

#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace kyc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr char kPrefix[] = "type.googleapis.com/google.rpc.";

template <typename Detail>
std::string TextOf(const std::string& bytes) {
  Detail detail;
  if (!detail.ParseFromString(bytes)) return "unparsable";
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(detail, &text);
  return text;
}

// The details as "Name { fields }", in DetailsOf's order.
std::vector<std::string> DetailTexts(const absl::Status& status) {
  std::vector<std::string> texts;
  for (const auto& [url, bytes] : DetailsOf(status)) {
    std::string text = "unknown type";
    if (url == std::string(kPrefix) + "ErrorInfo") text = TextOf<google::rpc::ErrorInfo>(bytes);
    if (url == std::string(kPrefix) + "BadRequest") text = TextOf<google::rpc::BadRequest>(bytes);
    if (url == std::string(kPrefix) + "RetryInfo") text = TextOf<google::rpc::RetryInfo>(bytes);
    if (url == std::string(kPrefix) + "QuotaFailure") {
      text = TextOf<google::rpc::QuotaFailure>(bytes);
    }
    if (url == std::string(kPrefix) + "PreconditionFailure") {
      text = TextOf<google::rpc::PreconditionFailure>(bytes);
    }
    texts.push_back(url.substr(std::string(kPrefix).size()) + " { " + text + "}");
  }
  return texts;
}

// An ErrorInfo that says no more than that.
std::string Info(const std::string& reason, const std::string& domain) {
  return absl::StrCat("ErrorInfo { reason: \"", reason, "\" domain: \"", domain,
                      "\" metadata { key: \"outcome\" value: \"not_sent\" } }");
}

Error QuotaExceeded() {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.domain = "widekyc";
  error.reason = "QUOTA_EXCEEDED";
  error.message = "The account's quota at WideKYC is used up";
  error.metadata = {{"upstream", "widekyc"}, {"httpStatus", "200"}, {"attempts", "1"}};
  return error;
}

TEST(ToStatus, MessageEndsWithTheReasonInBrackets) {
  const absl::Status status = ToStatus(QuotaExceeded());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "The account's quota at WideKYC is used up [QUOTA_EXCEEDED].");
}

TEST(ToStatus, ErrorInfoHoldsReasonDomainAndMetadata) {
  EXPECT_THAT(DetailTexts(ToStatus(QuotaExceeded())),
              ElementsAre("ErrorInfo { reason: \"QUOTA_EXCEEDED\" domain: \"widekyc\" "
                          "metadata { key: \"attempts\" value: \"1\" } "
                          "metadata { key: \"httpStatus\" value: \"200\" } "
                          "metadata { key: \"outcome\" value: \"not_sent\" } "
                          "metadata { key: \"upstream\" value: \"widekyc\" } }"));
}

// protos/README.md: these three codes mean not processed, so that callers repeat freely.
TEST(ToStatus, EveryErrorHasAnOutcome) {
  using Code = absl::StatusCode;
  const std::pair<Code, const char*> kCases[] = {{Code::kCancelled, "unknown"},
                                                 {Code::kUnknown, "unknown"},
                                                 {Code::kInvalidArgument, "not_sent"},
                                                 {Code::kDeadlineExceeded, "unknown"},
                                                 {Code::kNotFound, "not_sent"},
                                                 {Code::kAlreadyExists, "not_sent"},
                                                 {Code::kPermissionDenied, "not_sent"},
                                                 {Code::kResourceExhausted, "not_sent"},
                                                 {Code::kFailedPrecondition, "not_sent"},
                                                 {Code::kAborted, "not_sent"},
                                                 {Code::kOutOfRange, "not_sent"},
                                                 {Code::kUnimplemented, "not_sent"},
                                                 {Code::kInternal, "unknown"},
                                                 {Code::kUnavailable, "not_sent"},
                                                 {Code::kDataLoss, "not_sent"},
                                                 {Code::kUnauthenticated, "not_sent"}};
  for (const auto& [code, outcome] : kCases) {
    Error error;
    error.code = code;
    error.reason = "ANY";
    EXPECT_EQ(MetadataOf(ToStatus(error), "outcome"), outcome) << absl::StatusCodeToString(code);
    error.metadata = {{"outcome", "refused"}};
    EXPECT_EQ(MetadataOf(ToStatus(error), "outcome"), "refused") << "what it says itself";
  }
}

TEST(ToStatus, EqualErrorsAreEqualBytes) {
  EXPECT_EQ(ToStatus(QuotaExceeded()), ToStatus(QuotaExceeded()));
  EXPECT_EQ(DetailsOf(ToStatus(QuotaExceeded())), DetailsOf(ToStatus(QuotaExceeded())));
}

TEST(ToStatus, QuotaSubjectBecomesQuotaFailureAfterErrorInfo) {
  Error error = QuotaExceeded();
  error.metadata.clear();
  error.quota_subject = "account:default";
  EXPECT_THAT(DetailTexts(ToStatus(error)),
              ElementsAre(Info("QUOTA_EXCEEDED", "widekyc"),
                          "QuotaFailure { violations { subject: \"account:default\" description: "
                          "\"The account\\'s quota at WideKYC is used up\" } }"));
}

// As text, BadRequest's type URL comes before ErrorInfo's.
TEST(ToStatus, ViolationsBecomeBadRequestAfterErrorInfo) {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.domain = "finpay";
  error.reason = "MISSING_FIELD";
  error.message = "Finpay misses a field";
  error.violations = {{"phone_no", "is required"}};
  EXPECT_THAT(DetailTexts(ToStatus(error)),
              ElementsAre(Info("MISSING_FIELD", "finpay"),
                          "BadRequest { field_violations { field: \"phone_no\" description: "
                          "\"is required\" } }"));
}

TEST(ToStatus, PreconditionTypeBecomesPreconditionFailure) {
  Error error;
  error.code = absl::StatusCode::kFailedPrecondition;
  error.domain = "widekyc";
  error.reason = "PRODUCT_NOT_ACTIVATED";
  error.message = "The product is not activated";
  error.precondition_type = "PRODUCT_ACTIVATION";
  EXPECT_THAT(
      DetailTexts(ToStatus(error)),
      ElementsAre(Info("PRODUCT_NOT_ACTIVATED", "widekyc"),
                  "PreconditionFailure { violations { type: \"PRODUCT_ACTIVATION\" "
                  "subject: \"widekyc\" description: \"The product is not activated\" } }"));
}

TEST(ToStatus, RetryAfterBecomesRetryInfo) {
  const struct {
    absl::Duration retry_after;
    std::string retry_info;
  } cases[] = {
      {absl::Milliseconds(1500), "RetryInfo { retry_delay { seconds: 1 nanos: 500000000 } }"},
      {absl::ZeroDuration(), "RetryInfo { retry_delay { } }"},
      {-absl::Seconds(5), "RetryInfo { retry_delay { } }"},
      {absl::InfiniteDuration(), "RetryInfo { retry_delay { seconds: 31536000 } }"},
  };
  for (const auto& c : cases) {
    Error error;
    error.code = absl::StatusCode::kUnavailable;
    error.reason = "CIRCUIT_OPEN";
    error.message = "The circuit is open";
    error.retry_after = c.retry_after;
    EXPECT_THAT(DetailTexts(ToStatus(error)),
                ElementsAre(Info("CIRCUIT_OPEN", "kyc-gateway"), c.retry_info))
        << c.retry_after;
  }
}

TEST(InvalidRequest, NoViolationsIsOk) { EXPECT_TRUE(InvalidRequest({}).ok()); }

TEST(InvalidRequest, OneViolationIsNamedInTheMessage) {
  const absl::Status status = InvalidRequest({{"phone_no", "must start with 62 or 08"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "The request is invalid: phone_no must start with 62 or 08 [INVALID_REQUEST].");
  EXPECT_EQ(MetadataOf(status, "outcome"), "not_sent");
}

TEST(InvalidRequest, EveryViolationIsInBadRequest) {
  const absl::Status status = InvalidRequest({{"a", "is required"}, {"b.c", "is too long"}});
  EXPECT_EQ(status.message(),
            "The request is invalid: a is required (and 1 more) [INVALID_REQUEST].");
  EXPECT_THAT(
      DetailTexts(status),
      ElementsAre("ErrorInfo { reason: \"INVALID_REQUEST\" domain: \"kyc-gateway\" "
                  "metadata { key: \"outcome\" value: \"not_sent\" } }",
                  "BadRequest { field_violations { field: \"a\" description: \"is required\" } "
                  "field_violations { field: \"b.c\" description: \"is too long\" } }"));
}

TEST(GatewayBug, NamesThePlace) {
  const absl::Status status = GatewayBug("the widget's reply");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "The gateway failed at the widget's reply [GATEWAY_BUG].");
  EXPECT_EQ(ReasonOf(status), "GATEWAY_BUG");
}

TEST(OutcomeText, EveryOutcomeHasItsText) {
  EXPECT_EQ(OutcomeText(Outcome::kNotSent), "not_sent");
  EXPECT_EQ(OutcomeText(Outcome::kRefused), "refused");
  EXPECT_EQ(OutcomeText(Outcome::kAnswered), "answered");
  EXPECT_EQ(OutcomeText(Outcome::kUnknown), "unknown");
}

TEST(ReasonAndMetadata, ReadBackWhatToStatusWrote) {
  const absl::Status status = ToStatus(QuotaExceeded());
  EXPECT_EQ(ReasonOf(status), "QUOTA_EXCEEDED");
  EXPECT_EQ(MetadataOf(status, "httpStatus"), "200");
  EXPECT_EQ(MetadataOf(status, "absent"), "");
}

TEST(WithRequestId, SaysItOnceAndOfErrorsWithAnErrorInfoOnly) {
  const absl::Status status = WithRequestId(ToStatus(QuotaExceeded()), "order-17");
  EXPECT_EQ(MetadataOf(status, "requestId"), "order-17");
  EXPECT_EQ(MetadataOf(status, "httpStatus"), "200");
  EXPECT_EQ(DetailsOf(status).size(), DetailsOf(ToStatus(QuotaExceeded())).size());
  EXPECT_EQ(WithRequestId(status, "order-18"), status);
  EXPECT_EQ(WithRequestId(absl::OkStatus(), "order-17"), absl::OkStatus());
  EXPECT_EQ(WithRequestId(absl::InternalError("x"), "order-17"), absl::InternalError("x"));
}

TEST(ReasonAndMetadata, StatusWithoutErrorInfoIsEmpty) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
  EXPECT_EQ(MetadataOf(absl::InternalError("x"), "outcome"), "");
  EXPECT_THAT(DetailsOf(absl::InternalError("x")), IsEmpty());
}

TEST(ReasonAndMetadata, UnparsableErrorInfoIsEmpty) {
  absl::Status status = absl::InternalError("x");
  status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff\xff"));
  EXPECT_EQ(ReasonOf(status), "");
}

// ForEachPayload itself goes through many payloads in an order of its own.
TEST(DetailsOf, ErrorInfoFirstThenByTypeUrl) {
  absl::Status status = absl::InternalError("x");
  for (const char* url : {"c", "type.googleapis.com/google.rpc.ErrorInfo", "z", "a", "b"}) {
    status.SetPayload(url, absl::Cord("bytes"));
  }
  EXPECT_THAT(
      DetailsOf(status),
      ElementsAre(Pair("type.googleapis.com/google.rpc.ErrorInfo", "bytes"), Pair("a", "bytes"),
                  Pair("b", "bytes"), Pair("c", "bytes"), Pair("z", "bytes")));
}

}  // namespace
}  // namespace kyc
