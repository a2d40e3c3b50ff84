// A day's limit is of all gateways over one log.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

class SharedLimitsTest : public GatewayTest {
 protected:
  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
};

TEST_F(SharedLimitsTest, WhatOneGatewayHasSentNoOtherSends) {
  GatewayOptions options;
  options.log_engine = engine_->Block();
  // Its day does not end in the next hour.
  const int hour = absl::ToCivilHour(absl::Now(), absl::UTCTimeZone()).hour();
  if (hour == 16 || hour == 17) options.event_log = R"(usage_time_zone: "UTC")";
  options.callers = R"(callers { name: "app" loopback: true limits { calls_per_day: 4 } })";
  Start(options);
  options.finpay_url = simulator().finpay_url();
  options.widekyc_url = simulator().widekyc_url();
  GatewayFiles files;
  files.Configure(options);
  const Gateway second(files);
  Client other(second.grpc_port(), transcript());
  EXPECT_TRUE(client().ValidateId(Validate()).ok());
  EXPECT_TRUE(other.ValidateId(Validate()).ok());
  EXPECT_TRUE(client().ValidateId(Validate()).ok());
  EXPECT_TRUE(other.ValidateId(Validate()).ok());
  const auto used = R"(kyc_caller_day_quota_used_ratio{caller="app",method=""} )";
  const absl::Time end = absl::Now() + kPatience;
  for (const Gateway* each : std::vector<const Gateway*>{&gateway(), &second}) {
    while (each->Metric(used) < 1 && absl::Now() < end) std::this_thread::yield();
  }
  for (Client* each : {&client(), &other}) {
    EXPECT_EQ(each->ValidateId(Validate()).error.Summary(),
              "RESOURCE_EXHAUSTED CALLER_QUOTA_EXCEEDED not_sent -");
  }
  EXPECT_EQ(simulator().Count(), 4);
}

}  // namespace
}  // namespace kyc::tests
