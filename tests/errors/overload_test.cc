// More calls than the gateway has room for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kOverloaded[] = "RESOURCE_EXHAUSTED GATEWAY_OVERLOADED not_sent RetryInfo";

class OverloadTest : public GatewayTest {
 protected:
  // A call whose answer is held: alive until the object dies.
  std::unique_ptr<ManyCalls> Held(const LivenessRequest& request, size_t count = 1) {
    return std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod,
                                       grpc::Slice(request.SerializeAsString()), count,
                                       transcript());
  }

  HoldingUpstream upstream_{kLiveReply};
  HoldingUpstream slow_reader_{kLiveReply, HoldingUpstream::Holds::kBodies};
};

TEST_F(OverloadTest, NoRoomForTheBytesOfARequestIsOverloaded) {
  StartGateway({.widekyc_url = slow_reader_.url(),
                .grpc = "max_request_bytes_in_flight: 17825792 overload_wait {}"});
  LivenessRequest large = Liveness();
  large.mutable_selfie_image()->resize(8 << 20);
  const auto first = Held(large);
  ASSERT_TRUE(slow_reader_.AwaitArrived(1));
  const auto second = Held(large);
  ASSERT_TRUE(slow_reader_.AwaitArrived(2));
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), kOverloaded);
  EXPECT_EQ(error.domain, "kyc-gateway");
  EXPECT_EQ(slow_reader_.arrived(), 2U);
  EXPECT_GE(gateway().Metric("kyc_request_bytes_in_flight "), 16 << 20);
  slow_reader_.Release();
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

TEST_F(OverloadTest, ThousandsThatAreRefusedAreOneLine) {
  StartGateway({.widekyc_url = upstream_.url(), .widekyc_upstream = "slots: 1 max_waiting: 0"});
  const auto held = Held(Liveness());
  ASSERT_TRUE(upstream_.AwaitArrived(1));
  const auto refused = Held(Liveness(), 1900);
  ASSERT_TRUE(refused->AwaitEnded(1900));
  upstream_.Release();
  ASSERT_TRUE(held->AwaitEnded(1));
  EXPECT_EQ(StopGateway(), 0);
  const std::string log = gateway().process().StandardError();
  const std::vector<std::string> parts = absl::StrSplit(log, "upstream call failed");
  EXPECT_EQ(parts.size(), 2U) << "one line of them";
  EXPECT_THAT(parts.back(), testing::HasSubstr("kind=no_slot sent=false"));
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

}  // namespace
}  // namespace kyc::tests
