// More calls than the gateway has room for, and upstreams that fail too often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kOverloaded[] = "RESOURCE_EXHAUSTED GATEWAY_OVERLOADED not_sent RetryInfo";
constexpr char kOpen[] = "UNAVAILABLE CIRCUIT_OPEN not_sent RetryInfo";

class OverloadTest : public GatewayTest {
 protected:
  // A call whose answer is held: alive until the object dies.
  std::unique_ptr<ManyCalls> Held(const LivenessRequest& request, size_t count = 1) {
    return std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod,
                                       grpc::Slice(request.SerializeAsString()), count,
                                       transcript());
  }

  HoldingUpstream upstream_{kLiveReply};
};

TEST_F(OverloadTest, NoRoomForTheBytesOfARequestIsOverloaded) {
  StartGateway({.widekyc_url = upstream_.url(),
                .grpc = "max_request_bytes_in_flight: 17825792 overload_wait {}"});
  LivenessRequest large = Liveness();
  large.mutable_selfie_image()->resize(8 << 20);
  const auto first = Held(large);
  ASSERT_TRUE(upstream_.AwaitArrived(1));
  const auto second = Held(large);
  ASSERT_TRUE(upstream_.AwaitArrived(2));
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), kOverloaded);
  EXPECT_EQ(error.domain, "kyc-gateway");
  EXPECT_EQ(upstream_.arrived(), 2U);
  EXPECT_GE(gateway().Metric("kyc_request_bytes_in_flight "), 16 << 20);
  upstream_.Release();
  ASSERT_TRUE(first->AwaitEnded(1) && second->AwaitEnded(1));
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

TEST_F(OverloadTest, NoSlotIsOverloaded) {
  StartGateway(
      {.widekyc_url = upstream_.url(), .widekyc_upstream = "slots: 1 max_waiting: 1 slot_wait {}"});
  const auto held = Held(Liveness());
  ASSERT_TRUE(upstream_.AwaitArrived(1));
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), kOverloaded);
  EXPECT_EQ(error.Meta("upstream"), "widekyc");
  upstream_.Release();
  ASSERT_TRUE(held->AwaitEnded(1));
  EXPECT_EQ(held->Ended()[0].Summary(), "OK");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

TEST_F(OverloadTest, OnlySoManyWaitForASlot) {
  StartGateway({.widekyc_url = upstream_.url(),
                .widekyc_upstream = "slots: 1 max_waiting: 2 slot_wait { seconds: 10 }"});
  const auto held = Held(Liveness(), 5);
  ASSERT_TRUE(held->AwaitEnded(2));
  for (const ErrorView& error : held->Ended()) EXPECT_EQ(error.Summary(), kOverloaded);
  upstream_.Release();
  ASSERT_TRUE(held->AwaitEnded(5));
  EXPECT_EQ(upstream_.arrived(), 3U);
  for (size_t i = 2; i < 5; ++i) EXPECT_EQ(held->Ended()[i].Summary(), "OK");
}

class BreakerTest : public GatewayTest {
 protected:
  // Calls until the answer is another one than `error`, which takes the breaker's time.
  std::string AfterAll(const std::string& error, const std::string& magic) {
    const absl::Time end = absl::Now() + kPatience;
    std::string summary = error;
    while (summary == error && absl::Now() < end) {
      summary = client().DetectLiveness(Liveness(magic)).error.Summary();
    }
    return summary;
  }

  const std::string options_ =
      "breaker { min_calls: 4 probes: 1 window { seconds: 60 } open_for { seconds: 1 } }";
};

TEST_F(BreakerTest, OpensAndProbesAndCloses) {
  Start({.widekyc_upstream = options_});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(client().DetectLiveness(Liveness("sim-500")).error.Summary(),
              "INTERNAL UPSTREAM_INTERNAL_ERROR unknown -");
  }
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kOpen);
  EXPECT_EQ(client().ValidateId(Validate()).error.Summary(), kOpen) << "it is one for all methods";
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK") << "but not for others";
  const std::string metric = "kyc_upstream_breaker{account=\"first\",state=\"open\",";
  EXPECT_EQ(gateway().Metric(metric), 1);
  // Half open, a failing probe opens it again; a good one closes it.
  EXPECT_EQ(AfterAll(kOpen, "sim-500"), "INTERNAL UPSTREAM_INTERNAL_ERROR unknown -");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kOpen);
  EXPECT_EQ(AfterAll(kOpen, "good"), "OK");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_EQ(gateway().Metric(metric), 0);
  // Four that opened it, two probes, the last call and the widget.
  EXPECT_EQ(simulator().Count(), 8);
}

TEST_F(BreakerTest, BusinessAnswersNeverOpenIt) {
  Start({.widekyc_upstream = options_});
  for (const char* magic : {"sim-quota", "sim-401", "sim-429", "sim-unknown-code", "sim-400"}) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_NE(client().DetectLiveness(Liveness(magic)).error.reason, "CIRCUIT_OPEN") << magic;
    }
  }
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

TEST_F(BreakerTest, OneAccountsFailuresDoNotStopAnother) {
  Start({.widekyc_upstream = options_, .second_accounts = true});
  LivenessRequest failing = Liveness("sim-500");
  failing.set_account("first");
  for (int i = 0; i < 4; ++i) client().DetectLiveness(failing);
  EXPECT_EQ(client().DetectLiveness(failing).error.Summary(), kOpen);
  LivenessRequest other = Liveness();
  other.set_account("second");
  EXPECT_EQ(client().DetectLiveness(other).error.reason, "UPSTREAM_CREDENTIALS_REJECTED");
}

}  // namespace
}  // namespace kyc::tests
