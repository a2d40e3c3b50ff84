// How many calls a caller may make, by real gateways.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/child_process.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/usage/list_usage.h"

namespace kyc::tests {
namespace {

constexpr char kRefused[] = "RESOURCE_EXHAUSTED CALLER_QUOTA_EXCEEDED not_sent -";

// One whose day does not end in the next hour.
std::string ZoneFarFromMidnight() {
  const int hour = absl::ToCivilHour(absl::Now(), absl::UTCTimeZone()).hour();
  return hour >= 16 && hour <= 17 ? "UTC" : "Asia/Jakarta";
}

class LimitsTest : public GatewayTest {
 protected:
  GatewayOptions Options(const std::string& limits) {
    GatewayOptions options;
    options.log_engine = engine_->Block();
    options.event_log = absl::StrCat("usage_time_zone: \"", zone_, "\"");
    options.callers =
        absl::StrCat("callers { name: \"app\" loopback: true allow_admin: true ", limits, " }");
    return options;
  }
  void StartAgain(const std::string& limits) {
    GatewayOptions options = Options(limits);
    options.finpay_url = simulator().finpay_url();
    options.widekyc_url = simulator().widekyc_url();
    StartGateway(options);
  }
  std::string Validated() { return client().ValidateId(Validate()).error.Summary(); }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
  const std::string zone_ = ZoneFarFromMidnight();
};

TEST_F(LimitsTest, ADaysCallsHoldOverADrainAndAReplayIsNone) {
  const std::string limits = "limits { calls_per_day: 5 }";
  Start(Options(limits));
  LivenessRequest keyed = Liveness("ref");
  keyed.set_request_id("call-1");
  EXPECT_TRUE(client().DetectLiveness(keyed).ok());
  EXPECT_EQ(client().DetectLiveness(LivenessRequest()).error.reason, "INVALID_REQUEST");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Validated(), "OK");
  EXPECT_EQ(client().DetectLiveness(Liveness("sim-500")).error.code, "INTERNAL")
      << "it may be billed";
  for (int run = 0; run < 2; ++run) {
    const auto refused = client().ValidateId(Validate());
    EXPECT_EQ(refused.error.Summary(), kRefused);
    EXPECT_EQ(refused.error.Meta("limit"), "calls_per_day");
    EXPECT_TRUE(absl::StrContains(refused.error.Meta("resetTime"), "T00:00:00+")) << zone_;
    EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), kRefused) << "of all methods";
    EXPECT_TRUE(client().DetectLiveness(keyed).replayed) << "nothing is sent";
    EXPECT_EQ(simulator().Count(), 5);
    EXPECT_EQ(StopGateway(), 0);
    StartAgain(limits);
  }
}

TEST_F(LimitsTest, AKilledGatewayKeepsTheDaysCount) {
  Start(Options("limits { calls_per_day: 3 }"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Validated(), "OK");
  AwaitStoredCalls(client(), 3);
  EXPECT_TRUE(gateway().process().AwaitError("has made 3 of its 3 calls a day"));
  EXPECT_EQ(gateway().process().Kill(), -SIGKILL);
  StartAgain("limits { calls_per_day: 3 }");
  EXPECT_EQ(Validated(), kRefused);
  EXPECT_EQ(simulator().Count(), 3);
}

TEST_F(LimitsTest, OneMethodsLimitLeavesTheOthersAlone) {
  Start(Options(R"(limits { method: "widekyc.v1.WideKycService/ValidateId" calls_per_day: 1 })"));
  EXPECT_EQ(Validated(), "OK");
  EXPECT_EQ(Validated(), kRefused);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client().DetectLiveness(Liveness()).ok());
}

TEST_F(LimitsTest, WhoCallsTooFastIsToldWhenToComeAgainAndNothingIsSent) {
  Start(Options("limits { calls_per_second: 1 }"));
  std::atomic<int> sent = 0, refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 40; ++i) {
    callers.emplace_back([&] {
      const auto reply = client().ValidateId(Validate());
      if (reply.ok()) return void(++sent);
      EXPECT_EQ(reply.error.Summary(),
                "RESOURCE_EXHAUSTED CALLER_QUOTA_EXCEEDED not_sent RetryInfo");
      EXPECT_LE(reply.error.retry_after.value_or(absl::InfiniteDuration()), absl::Seconds(1));
      ++refused;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(refused, 1);
  EXPECT_EQ(simulator().Count(), sent);
}

TEST_F(LimitsTest, WhatAnUpstreamSaysOfItsQuotaIsShownAndRefusesNobody) {
  Start(Options(""));
  const auto since =
      R"(kyc_upstream_quota_exceeded_timestamp_seconds{account="first",upstream="widekyc"} )";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client().DetectLiveness(Liveness("sim-quota")).error.reason, "QUOTA_EXCEEDED");
  }
  EXPECT_GT(gateway().Metric(since), 1.7e9);
  EXPECT_EQ(Validated(), "OK");
  EXPECT_EQ(gateway().Metric(since), 0);
}

}  // namespace
}  // namespace kyc::tests
