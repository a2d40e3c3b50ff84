// Calls that run out of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

class DeadlineTest : public GatewayTest {
 protected:
  HoldingUpstream upstream_{kLiveReply};
};

TEST_F(DeadlineTest, SentCallThatReachesItsDeadlineMayHaveBeenProcessed) {
  StartGateway({.widekyc_url = upstream_.url(), .grpc = "max_deadline { seconds: 1 }"});
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), "DEADLINE_EXCEEDED CALLER_DEADLINE unknown -");
  EXPECT_EQ(error.domain, "kyc-gateway");
  EXPECT_EQ(error.Meta("upstream"), "widekyc");
  EXPECT_EQ(upstream_.arrived(), 1U);
  EXPECT_TRUE(upstream_.AwaitGivenUp(1)) << "the transfer must be aborted";
}

TEST_F(DeadlineTest, AttemptThatTakesTooLongIsTheUpstreamsTimeout) {
  StartGateway(
      {.widekyc_url = upstream_.url(), .widekyc_upstream = "attempt_timeout { nanos: 300000000 }"});
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), "DEADLINE_EXCEEDED UPSTREAM_TIMEOUT unknown -");
  EXPECT_EQ(error.domain, "widekyc");
  EXPECT_EQ(error.Meta("attempts"), "1");
  EXPECT_TRUE(upstream_.AwaitGivenUp(1));
}

TEST_F(DeadlineTest, CallersShorterDeadlineEndsTheTransfer) {
  StartGateway({.widekyc_url = upstream_.url()});
  const ErrorView error = client().DetectLiveness(Liveness(), {.deadline = absl::Seconds(2)}).error;
  EXPECT_EQ(error.code, "DEADLINE_EXCEEDED");
  EXPECT_TRUE(upstream_.AwaitArrived(1));
  EXPECT_TRUE(upstream_.AwaitGivenUp(1));
}

TEST_F(DeadlineTest, TooLittleTimeLeftIsNotEvenSent) {
  StartGateway({.widekyc_url = upstream_.url()});
  // Opens the connection.
  EXPECT_EQ(client().DetectLiveness(LivenessRequest()).error.reason, "INVALID_REQUEST");
  ErrorView error;
  // The client gives up by itself if the answer takes as long: then again.
  for (int i = 0; i < 100 && error.reason.empty(); ++i) {
    error = client().DetectLiveness(Liveness(), {.deadline = absl::Milliseconds(240)}).error;
    EXPECT_EQ(error.code, "DEADLINE_EXCEEDED");
  }
  EXPECT_EQ(error.Summary(), "DEADLINE_EXCEEDED CALLER_DEADLINE not_sent -");
  EXPECT_EQ(upstream_.arrived(), 0U);
}

TEST_F(DeadlineTest, CancelledCallEndsTheTransferAndFreesItsSlot) {
  StartGateway(
      {.widekyc_url = upstream_.url(), .widekyc_upstream = "slots: 1 slot_wait { seconds: 10 }"});
  {
    const std::string request = Liveness().SerializeAsString();
    ManyCalls calls(gateway().grpc_port(), kLivenessMethod, grpc::Slice(request), 1, transcript());
    ASSERT_TRUE(upstream_.AwaitArrived(1));
    calls.CancelAll();
    ASSERT_TRUE(upstream_.AwaitGivenUp(1));
  }
  upstream_.Release();
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

}  // namespace
}  // namespace kyc::tests
