#include "clients/kyc/cli/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::cli {
namespace {

namespace errors = ::kyc::errors::v1;
using grpc::StatusCode;
using kyc_gateway::Error;
using testing::HasSubstr;

Error Of(StatusCode code, errors::Outcome outcome, bool only_reads = false) {
  return {.code = code, .outcome = outcome, .only_reads = only_reads};
}

TEST(Failure, ExitIsByWhatBecameOfTheCall) {
  EXPECT_EQ(ExitOf(Of(StatusCode::INVALID_ARGUMENT, errors::OUTCOME_NOT_SENT)), kRefused);
  EXPECT_EQ(ExitOf(Of(StatusCode::UNAUTHENTICATED, errors::OUTCOME_NOT_SENT)), kRefused);
  EXPECT_EQ(ExitOf(Of(StatusCode::INTERNAL, errors::OUTCOME_ANSWERED)), kRefused);
  EXPECT_EQ(ExitOf(Of(StatusCode::NOT_FOUND, errors::OUTCOME_UNSPECIFIED)), kNotFound);
  EXPECT_EQ(ExitOf(Of(StatusCode::UNAVAILABLE, errors::OUTCOME_NOT_SENT)), kUnavailable);
  EXPECT_EQ(ExitOf(Of(StatusCode::RESOURCE_EXHAUSTED, errors::OUTCOME_REFUSED)), kUnavailable);
  EXPECT_EQ(ExitOf(Of(StatusCode::UNKNOWN, errors::OUTCOME_UNKNOWN)), kOutcomeUnknown);
  EXPECT_EQ(ExitOf(Of(StatusCode::DEADLINE_EXCEEDED, errors::OUTCOME_UNKNOWN)), kOutcomeUnknown);
}

TEST(Failure, AConnectionThatBrokeLeavesABilledCallUnknownAndAReadUnavailable) {
  EXPECT_EQ(ExitOf(Of(StatusCode::UNAVAILABLE, errors::OUTCOME_UNSPECIFIED)), kOutcomeUnknown);
  EXPECT_EQ(ExitOf(Of(StatusCode::UNAVAILABLE, errors::OUTCOME_UNSPECIFIED, true)), kUnavailable);
  EXPECT_EQ(ExitOf(Of(StatusCode::UNIMPLEMENTED, errors::OUTCOME_UNSPECIFIED)), kRefused);
  Error keyed = Of(StatusCode::UNAVAILABLE, errors::OUTCOME_UNSPECIFIED);
  keyed.request_id = "k-1";
  EXPECT_TRUE(keyed.MayRepeat());
  EXPECT_EQ(ExitOf(keyed), kOutcomeUnknown);
}

TEST(Failure, TextSaysWhatToDo) {
  Error error = Of(StatusCode::RESOURCE_EXHAUSTED, errors::OUTCOME_REFUSED);
  error.message = "Too fast\033[2J [UPSTREAM_RATE_LIMITED]";
  error.retry_delay = absl::Seconds(3);
  error.metadata["trxId"] = "2023";
  EXPECT_EQ(ErrorText(error),
            "kyc: RESOURCE_EXHAUSTED: Too fast?[2J [UPSTREAM_RATE_LIMITED]\n"
            "  outcome          the upstream refused it\n"
            "  may be repeated  yes, after 3s\n"
            "  transaction      2023\n");
}

TEST(Failure, JsonIsOneLineWithEveryPart) {
  Error error = Of(StatusCode::INVALID_ARGUMENT, errors::OUTCOME_NOT_SENT);
  error.message = "Wrong [INVALID_REQUEST]";
  error.reason_text = "INVALID_REQUEST";
  error.metadata["outcome"] = "not_sent";
  error.field_violations.push_back({"nik", "must be \"16 digits\""});
  EXPECT_EQ(ErrorJson(error),
            R"({"error":{"code":"INVALID_ARGUMENT","reason":"INVALID_REQUEST",)"
            R"("message":"Wrong [INVALID_REQUEST]","mayRepeat":false,"retryDelaySeconds":0,)"
            R"("fieldViolations":[{"field":"nik","description":"must be \"16 digits\""}],)"
            R"("metadata":{"outcome":"not_sent"}}})");
}

}  // namespace
}  // namespace kyc::cli
