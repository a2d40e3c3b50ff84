#include "clients/kyc/watch_plan.h"

#include <gtest/gtest.h>

namespace kyc::client {
namespace {

namespace netzme = ::netzme::v1;

TEST(WatchPlan, CursorGoesBeforeTheCommandsStart) {
  Command command;
  command.from_earliest = true;
  command.full_view = true;
  command.references = {"r"};
  EXPECT_EQ(WatchRequest(command, "c").ShortDebugString(),
            "cursor: \"c\" filter { original_reference_nos: \"r\" } view: VIEW_FULL");
  EXPECT_EQ(WatchRequest(command, "").from(), netzme::FROM_EARLIEST);
  command.from_earliest = false;
  EXPECT_EQ(WatchRequest(command, "").from(), netzme::FROM_LATEST);
}

TEST(WatchPlan, OnlyWhatMayPassIsAskedAgain) {
  using grpc::StatusCode;
  const auto judge = [](StatusCode code) {
    return JudgeEnd(grpc::Status(code, ""), netzme::GOODBYE_REASON_UNSPECIFIED);
  };
  for (StatusCode code : {StatusCode::OK, StatusCode::CANCELLED, StatusCode::UNKNOWN,
                          StatusCode::DEADLINE_EXCEEDED, StatusCode::RESOURCE_EXHAUSTED,
                          StatusCode::ABORTED, StatusCode::INTERNAL, StatusCode::UNAVAILABLE}) {
    EXPECT_EQ(judge(code), AfterEnd::kReopenLater) << code;
  }
  for (StatusCode code :
       {StatusCode::INVALID_ARGUMENT, StatusCode::NOT_FOUND, StatusCode::PERMISSION_DENIED,
        StatusCode::FAILED_PRECONDITION, StatusCode::OUT_OF_RANGE, StatusCode::UNIMPLEMENTED,
        StatusCode::UNAUTHENTICATED}) {
    EXPECT_EQ(judge(code), AfterEnd::kGiveUp) << code;
  }
  EXPECT_EQ(
      JudgeEnd(grpc::Status(StatusCode::OUT_OF_RANGE, ""), netzme::GOODBYE_REASON_NEAR_RETENTION),
      AfterEnd::kReopenAtOnce);
}

TEST(WatchPlan, BackoffDoublesUpToTenSecondsAndIsHalvedAtMost) {
  EXPECT_EQ(Backoff(0, 0), absl::Milliseconds(100));
  EXPECT_EQ(Backoff(3, 0), absl::Milliseconds(800));
  EXPECT_EQ(Backoff(100, 0), absl::Seconds(10));
  EXPECT_EQ(Backoff(3, 0.5), absl::Milliseconds(600));
}

}  // namespace
}  // namespace kyc::client
