// A call with a request_id happens at most once, however often it is repeated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::ElementsAre;

LivenessRequest Keyed(const std::string& request_id, absl::string_view magic = "ref") {
  LivenessRequest request = Liveness(magic);
  request.set_request_id(request_id);
  return request;
}

class RequestIdTest : public GatewayTest {};

TEST_F(RequestIdTest, ARepeatGetsTheSameAnswerAndReachesNobody) {
  Start();
  const LivenessRequest request = Keyed("call-1");
  const auto first = client().DetectLiveness(request);
  EXPECT_EQ(first.error.Summary(), "OK");
  EXPECT_FALSE(first.replayed);
  for (int i = 0; i < 3; ++i) {
    const auto again = client().DetectLiveness(request);
    EXPECT_EQ(again.error.Summary(), "OK");
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.response.SerializeAsString(), first.response.SerializeAsString());
  }
  EXPECT_EQ(simulator().Count(), 1);
  const std::string counted = "kyc_keyed_calls_total{by=\"";
  const std::string method = "\",method=\"widekyc.v1.WideKycService/DetectLiveness\"} ";
  EXPECT_EQ(gateway().Metric(counted + "sent" + method), 1);
  EXPECT_EQ(gateway().Metric(counted + "replayed" + method), 3);
}

TEST_F(RequestIdTest, EveryMethodHasIt) {
  Start();
  ValidateRequest validate = Validate();
  validate.set_request_id("call-1");
  RecognizeRequest recognize = Recognize();
  recognize.set_request_id("call-1");
  WidgetRequest widget = Widget();
  widget.set_request_id("call-1");
  for (const bool replayed : {false, true}) {
    EXPECT_EQ(client().DetectLiveness(Keyed("call-1")).replayed, replayed);
    EXPECT_EQ(client().ValidateId(validate).replayed, replayed);
    EXPECT_EQ(client().RecognizeId(recognize).replayed, replayed);
    const auto answer = client().CreateWidget(widget);
    EXPECT_EQ(answer.replayed, replayed);
    EXPECT_NE(answer.response.widget_url(), "");
  }
  EXPECT_EQ(simulator().Count(), 4);
}

TEST_F(RequestIdTest, ItIsNeverSentUpstream) {
  Start();
  const LivenessRequest request = Keyed("a-key-like-no-other");
  EXPECT_TRUE(client().DetectLiveness(request).ok());
  const auto received = simulator().ReceivedOnce(request.cust_ref_no());
  EXPECT_EQ(received.at("fields").as_object().count("request_id"), 0U);
}

TEST_F(RequestIdTest, OtherContentIsRefused) {
  Start();
  EXPECT_TRUE(client().DetectLiveness(Keyed("call-1")).ok());
  LivenessRequest other = Keyed("call-1");
  other.mutable_selfie_image()->back() ^= 1;
  EXPECT_EQ(client().DetectLiveness(other).error.Summary(),
            "INVALID_ARGUMENT REQUEST_ID_REUSED not_sent -");
  EXPECT_EQ(simulator().Count(), 1);
}

TEST_F(RequestIdTest, WrongCharactersAreToldWithAllElse) {
  Start();
  LivenessRequest request = Keyed("no blanks");
  request.clear_cust_ref_no();
  EXPECT_THAT(client().DetectLiveness(request).error.violations,
              ElementsAre("cust_ref_no: must be 1 to 128 bytes",
                          "request_id: must be 1 to 64 visible ASCII characters"));
  request = Keyed(std::string(65, 'x'));
  EXPECT_EQ(client().DetectLiveness(request).error.Summary(),
            "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
  EXPECT_EQ(simulator().Count(), 0);
}

TEST_F(RequestIdTest, AnErrorThatWillNotChangeIsReplayedAndAPassingOneTriedAnew) {
  Start();
  const LivenessRequest exception = Keyed("call-1", "sim-exception");
  const auto first = client().DetectLiveness(exception);
  EXPECT_EQ(first.error.code, "UNKNOWN");
  const auto again = client().DetectLiveness(exception);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.error.metadata, first.error.metadata);
  EXPECT_EQ(simulator().Count(exception.cust_ref_no()), 1);
  const LivenessRequest quota = Keyed("call-2", "sim-quota");
  for (int i = 0; i < 2; ++i) {
    const auto refused = client().DetectLiveness(quota);
    EXPECT_EQ(refused.error.reason, "QUOTA_EXCEEDED");
    EXPECT_FALSE(refused.replayed);
  }
  EXPECT_EQ(simulator().Count(quota.cust_ref_no()), 2);
}

TEST_F(RequestIdTest, OfManyAtOnceOneGoesOut) {
  HoldingUpstream upstream(kLiveReply);
  StartGateway({.widekyc_url = upstream.url()});
  const LivenessRequest request = Keyed("call-1");
  std::atomic<int> live = 0, replayed = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back([&] {
      const auto answer = client().DetectLiveness(request);
      live += answer.response.live() ? 1 : 0;
      replayed += answer.replayed ? 1 : 0;
    });
  }
  EXPECT_TRUE(upstream.AwaitArrived(1));
  upstream.Release();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(live, 100);
  EXPECT_EQ(replayed, 99);
  EXPECT_EQ(upstream.arrived(), 1U);
}

// More than may wait for one.
TEST_F(RequestIdTest, OfAThousandAtOnceOneGoesOutAndTheOthersWaitOrAreToldSo) {
  constexpr size_t kMayWait = 1'000, kTooMany = 50;
  HoldingUpstream upstream(kLiveReply);
  StartGateway({.widekyc_url = upstream.url()});
  const std::string bytes = Keyed("call-1").SerializeAsString();
  const grpc::Slice request(bytes.data(), bytes.size());
  const ManyCalls calls(gateway().grpc_port(), kLivenessMethod, request, kMayWait + kTooMany,
                        transcript());
  EXPECT_TRUE(calls.AwaitEnded(kTooMany));
  EXPECT_TRUE(upstream.AwaitArrived(1));
  for (const ErrorView& ended : calls.Ended()) {
    EXPECT_EQ(ended.Summary(), "ABORTED REQUEST_IN_PROGRESS not_sent RetryInfo");
  }
  upstream.Release();
  EXPECT_TRUE(calls.AwaitEnded(kMayWait + kTooMany));
  size_t answered = 0;
  for (const ErrorView& ended : calls.Ended()) answered += ended.code == "OK" ? 1 : 0;
  EXPECT_EQ(answered, kMayWait);
  EXPECT_EQ(upstream.arrived(), 1U);
}

TEST_F(RequestIdTest, WhoeverLeftItsAnswerIsStored) {
  HoldingUpstream upstream(kLiveReply);
  StartGateway({.widekyc_url = upstream.url()});
  const LivenessRequest request = Keyed("call-1");
  EXPECT_EQ(client().DetectLiveness(request, {.deadline = absl::Seconds(1)}).error.code,
            "DEADLINE_EXCEEDED");
  EXPECT_TRUE(upstream.AwaitArrived(1));
  upstream.Release();
  const auto again = client().DetectLiveness(request);
  EXPECT_TRUE(again.response.live());
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(upstream.arrived(), 1U);
}

TEST_F(RequestIdTest, AnswersOutliveAKillAndWhatRanIsNotSentAgain) {
  HoldingUpstream upstream(kLiveReply);
  const GatewayOptions options = {.widekyc_url = upstream.url()};
  StartGateway(options);
  std::thread caller(
      [&] { EXPECT_EQ(client().DetectLiveness(Keyed("running")).error.code, "UNAVAILABLE"); });
  EXPECT_TRUE(upstream.AwaitArrived(1));
  gateway().process().Kill();
  caller.join();
  StartGateway(options);
  upstream.Release();
  EXPECT_EQ(client().DetectLiveness(Keyed("running")).error.Summary(),
            "UNKNOWN REQUEST_OUTCOME_UNKNOWN unknown -");
  const auto answered = client().DetectLiveness(Keyed("answered"));
  EXPECT_TRUE(answered.response.live());
  gateway().process().Kill();
  StartGateway(options);
  const auto again = client().DetectLiveness(Keyed("answered"));
  EXPECT_TRUE(again.replayed);
  EXPECT_TRUE(again.response.live());
  EXPECT_EQ(client().DetectLiveness(Keyed("running")).error.reason, "REQUEST_OUTCOME_UNKNOWN");
  EXPECT_EQ(upstream.arrived(), 2U);
}

TEST_F(RequestIdTest, WithoutAnEventLogItIsRefused) {
  HoldingUpstream upstream(kLiveReply);
  files().ConfigureText(absl::StrCat(
      "grpc { listen: \"127.0.0.1:0\" trusted: true }\nwidekyc { server_url: \"", upstream.url(),
      "\" accounts { name: \"first\" token_file: \"widekyc_token\" } }\n"
      "admin { listen: \"127.0.0.1:0\" }\ncallers { name: \"local\" loopback: true }\n"));
  const Gateway gateway(files());
  Client client(gateway.grpc_port(), transcript());
  EXPECT_EQ(client.DetectLiveness(Keyed("call-1")).error.Summary(),
            "FAILED_PRECONDITION REQUEST_ID_UNSUPPORTED not_sent -");
  EXPECT_EQ(upstream.arrived(), 0U);
}

}  // namespace
}  // namespace kyc::tests
