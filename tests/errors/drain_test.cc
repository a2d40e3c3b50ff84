// What a drain does to the calls that run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <memory>
#include <string>

#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/http.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

class DrainTest : public GatewayTest {
 protected:
  std::unique_ptr<ManyCalls> Held(size_t count, const LivenessRequest& request = Liveness()) {
    return std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod,
                                       grpc::Slice(request.SerializeAsString()), count,
                                       transcript());
  }
  // One that is sent, and those who wait for its answer.
  std::unique_ptr<ManyCalls> HeldWithOneKey(size_t count) {
    auto held = Held(count, Keyed());
    EXPECT_TRUE(upstream_.AwaitArrived(1));
    while (gateway().Metric("kyc_calls_open ") < static_cast<double>(count)) {
    }
    return held;
  }
  static LivenessRequest Keyed() {
    LivenessRequest request = Liveness();
    request.set_request_id("call-1");
    return request;
  }
  // Calls that would be refused anyway show when callers are sent elsewhere: this one has nowhere
  // to go. What still reaches the gateway on its way is answered.
  void AwaitSentElsewhere() {
    ErrorView error;
    do {
      error = client().DetectLiveness(LivenessRequest()).error;
      if (!error.reason.empty()) {
        EXPECT_THAT(error.Summary(), testing::AnyOf(testing::StartsWith("INVALID_ARGUMENT "),
                                                    "UNAVAILABLE SERVER_DRAINING not_sent -"));
      }
    } while (!error.reason.empty());
    EXPECT_EQ(error.code, "UNAVAILABLE");
  }

  HoldingUpstream upstream_{kLiveReply};
};

TEST_F(DrainTest, RunningCallsFinish) {
  StartGateway({.widekyc_url = upstream_.url(), .more = "drain_timeout { seconds: 60 }"});
  const auto held = Held(20);
  ASSERT_TRUE(upstream_.AwaitArrived(20));
  gateway().process().Signal(SIGTERM);
  AwaitSentElsewhere();
  EXPECT_EQ(Get(gateway().admin_port(), "/readyz").status, 503);
  upstream_.Release();
  ASSERT_TRUE(held->AwaitEnded(20));
  for (const ErrorView& error : held->Ended()) EXPECT_EQ(error.Summary(), "OK");
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
}

TEST_F(DrainTest, CallsThatOutlastItMayHaveBeenProcessed) {
  StartGateway({.widekyc_url = upstream_.url(), .more = "drain_timeout {}"});
  const auto held = Held(20);
  ASSERT_TRUE(upstream_.AwaitArrived(20));
  gateway().process().Signal(SIGTERM);
  ASSERT_TRUE(held->AwaitEnded(20));
  for (const ErrorView& error : held->Ended()) {
    EXPECT_EQ(error.Summary(), "UNKNOWN SERVER_DRAINING unknown -");
  }
  EXPECT_TRUE(upstream_.AwaitGivenUp(20));
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
}

// None of those that wait gets a slot that the drain frees.
TEST_F(DrainTest, CallsThatStillWaitedForASlotWereNotSent) {
  StartGateway({.widekyc_url = upstream_.url(),
                .widekyc_upstream = "slots: 20 slot_wait { seconds: 10 }",
                .more = "drain_timeout {}"});
  const auto held = Held(300);
  ASSERT_TRUE(upstream_.AwaitArrived(20));
  const std::string waiting =
      "kyc_upstream_slots{account=\"first\",state=\"waiting\",upstream=\"widekyc\"} ";
  while (gateway().Metric(waiting) < 280) {
  }
  gateway().process().Signal(SIGTERM);
  ASSERT_TRUE(held->AwaitEnded(300));
  std::map<std::string, size_t> ends;
  for (const ErrorView& error : held->Ended()) ++ends[error.Summary()];
  EXPECT_EQ(ends, (std::map<std::string, size_t>{{"UNAVAILABLE SERVER_DRAINING not_sent -", 280},
                                                 {"UNKNOWN SERVER_DRAINING unknown -", 20}}));
  EXPECT_TRUE(upstream_.AwaitGivenUp(20));
  EXPECT_EQ(upstream_.arrived(), 20U);
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
}

TEST_F(DrainTest, ACallWithAKeyFinishesAndThoseWhoWaitForItHaveItsAnswer) {
  const GatewayOptions options = {.widekyc_url = upstream_.url(),
                                  .more = "drain_timeout { seconds: 60 }"};
  StartGateway(options);
  const auto held = HeldWithOneKey(20);
  gateway().process().Signal(SIGTERM);
  AwaitSentElsewhere();
  upstream_.Release();
  ASSERT_TRUE(held->AwaitEnded(20));
  for (const ErrorView& error : held->Ended()) EXPECT_EQ(error.Summary(), "OK");
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
  StartGateway(options);
  EXPECT_TRUE(client().DetectLiveness(Keyed()).replayed);
  EXPECT_EQ(upstream_.arrived(), 1U);
}

TEST_F(DrainTest, ACallWithAKeyThatOutlastsItIsNeverSentAgain) {
  const GatewayOptions options = {.widekyc_url = upstream_.url(), .more = "drain_timeout {}"};
  StartGateway(options);
  const auto held = HeldWithOneKey(20);
  gateway().process().Signal(SIGTERM);
  ASSERT_TRUE(held->AwaitEnded(20));
  std::map<std::string, size_t> ends;
  for (const ErrorView& error : held->Ended()) ++ends[error.Summary()];
  EXPECT_EQ(ends, (std::map<std::string, size_t>{{"UNAVAILABLE SERVER_DRAINING not_sent -", 19},
                                                 {"UNKNOWN SERVER_DRAINING unknown -", 1}}));
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
  StartGateway(options);
  upstream_.Release();
  EXPECT_EQ(client().DetectLiveness(Keyed()).error.Summary(),
            "UNKNOWN REQUEST_OUTCOME_UNKNOWN unknown -");
  EXPECT_EQ(upstream_.arrived(), 1U);
}

}  // namespace
}  // namespace kyc::tests
