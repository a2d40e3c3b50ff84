#include "server/netzme/stream/stream_ends.h"

#include <gtest/gtest.h>

#include "server/call/error.h"

namespace kyc::netzme {
namespace {

TEST(StreamEndsTest, EachHasItsReasonAndWhatBecameOfTheCall) {
  const struct {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
  } kCases[] = {
      {SlowConsumer(), absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER"},
      {NearRetention(), absl::StatusCode::kOutOfRange, "NEAR_RETENTION"},
      {SilentLog(), absl::StatusCode::kUnavailable, "LOG_UNAVAILABLE"},
      {Draining(), absl::StatusCode::kUnavailable, "SERVER_DRAINING"},
  };
  for (const auto& [status, code, reason] : kCases) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(MetadataOf(status, "outcome"), "not_sent") << status;
  }
}

}  // namespace
}  // namespace kyc::netzme
