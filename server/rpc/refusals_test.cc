#include "server/rpc/refusals.h"

#include <gtest/gtest.h>

#include "server/call/error.h"

namespace kyc::rpc {
namespace {

TEST(RefusalsTest, EachHasItsReasonAndWhatBecameOfTheCall) {
  const struct {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
    const char* outcome;
  } kCases[] = {
      {Draining(Outcome::kNotSent), absl::StatusCode::kUnavailable, "SERVER_DRAINING", "not_sent"},
      {Draining(Outcome::kUnknown), absl::StatusCode::kUnknown, "SERVER_DRAINING", "unknown"},
      {Overloaded(), absl::StatusCode::kResourceExhausted, "GATEWAY_OVERLOADED", "not_sent"},
      {TooManyStreams(), absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS", "not_sent"},
      {RequestTooSlow(), absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE", "not_sent"},
      {RequestCutShort(), absl::StatusCode::kInvalidArgument, "MALFORMED_REQUEST", "not_sent"},
      {NotTaken(), absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER", "not_sent"},
      {DeadlineOver(Outcome::kNotSent), absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE",
       "not_sent"},
      {DeadlineOver(Outcome::kUnknown), absl::StatusCode::kDeadlineExceeded, "CALLER_DEADLINE",
       "unknown"},
      {HeadersTooLarge(), absl::StatusCode::kInvalidArgument, "HEADERS_TOO_LARGE", "not_sent"},
      {UnknownMethod(), absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD", "not_sent"},
      {ServiceNotFound(), absl::StatusCode::kNotFound, "SERVICE_NOT_FOUND", "not_sent"},
  };
  for (const auto& [status, code, reason, outcome] : kCases) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(MetadataOf(status, "outcome"), outcome) << status;
  }
}

}  // namespace
}  // namespace kyc::rpc
