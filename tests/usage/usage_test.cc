// Who used what: real gateways count calls, and tell them over drains, deaths and restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kyc/admin/v1/usage.pb.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/child_process.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/usage/list_usage.h"

namespace kyc::tests {
namespace {

using testing::ElementsAre;

constexpr char kCallers[] = R"(
    callers { name: "app" loopback: true allow_admin: true })";

class UsageTest : public GatewayTest {
 protected:
  GatewayOptions Options() {
    GatewayOptions options;
    options.log_engine = engine_->Block();
    options.callers = kCallers;
    return options;
  }
  void SetUp() override { Start(Options()); }
  void StartAgain() {
    GatewayOptions options = Options();
    options.finpay_url = simulator().finpay_url();
    options.widekyc_url = simulator().widekyc_url();
    StartGateway(options);
  }

  int64_t Total() { return StoredCalls(client()); }
  void AwaitTotal(int64_t calls) { AwaitStoredCalls(client(), calls); }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
};

TEST_F(UsageTest, EachCallIsCountedOnceByWhatItMeansForTheInvoice) {
  LivenessRequest keyed = Liveness("ref");
  keyed.set_request_id("call-1");
  EXPECT_TRUE(client().DetectLiveness(keyed).ok());
  EXPECT_TRUE(client().DetectLiveness(keyed).replayed);
  EXPECT_TRUE(client().DetectLiveness(Liveness("ref")).ok());
  EXPECT_EQ(client().DetectLiveness(Liveness("sim-quota")).error.reason, "QUOTA_EXCEEDED");
  EXPECT_EQ(client().DetectLiveness(Liveness("sim-exception")).error.reason, "UPSTREAM_EXCEPTION");
  EXPECT_EQ(client().DetectLiveness(Liveness("sim-500")).error.reason, "UPSTREAM_INTERNAL_ERROR");
  EXPECT_EQ(client().DetectLiveness(LivenessRequest()).error.reason, "INVALID_REQUEST");
  EXPECT_EQ(client().Raw(kLivenessMethod, "\xff").error.reason, "MALFORMED_REQUEST");
  EXPECT_TRUE(client().CreateWidget(Widget()).ok());
  AwaitTotal(9);
  std::vector<std::string> rows;
  const auto listed =
      ListUsage(client(), {admin::v1::USAGE_GROUP_CALLER, admin::v1::USAGE_GROUP_ACCOUNT,
                           admin::v1::USAGE_GROUP_METHOD, admin::v1::USAGE_GROUP_OUTCOME,
                           admin::v1::USAGE_GROUP_REASON});
  for (const auto& row : listed.rows()) {
    rows.push_back(absl::StrCat(
        row.caller(), "/", row.account(), "/", row.method().substr(row.method().find('/') + 1), "/",
        static_cast<int>(row.outcome()), "/", row.reason(), "=", row.calls()));
  }
  EXPECT_THAT(rows, ElementsAre("app//DetectLiveness/1/INVALID_REQUEST=1",
                                "app//DetectLiveness/1/MALFORMED_REQUEST=1",
                                "app/first/CreateUpgradeAccountWidget/3/=1",
                                "app/first/DetectLiveness/1/REPLAY=1",
                                "app/first/DetectLiveness/2/UPSTREAM_INTERNAL_ERROR=1",
                                "app/first/DetectLiveness/3/=2",
                                "app/first/DetectLiveness/3/QUOTA_EXCEEDED=1",
                                "app/first/DetectLiveness/3/UPSTREAM_EXCEPTION=1"));
}

TEST_F(UsageTest, ADrainLosesNoneOfThem) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(client().ValidateId(Validate()).ok());
  EXPECT_EQ(StopGateway(), 0);
  StartAgain();
  EXPECT_EQ(Total(), 20);
}

TEST_F(UsageTest, AKilledProcessLosesNoneThatWasStored) {
  std::atomic<int64_t> answered = 0;
  std::atomic<bool> ended = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!ended && client().ValidateId(Validate()).ok()) ++answered;
    });
  }
  AwaitTotal(50);
  const int64_t before = answered;
  AwaitTotal(before);
  EXPECT_EQ(gateway().process().Kill(), -SIGKILL);
  ended = true;
  for (std::thread& caller : callers) caller.join();
  StartAgain();
  EXPECT_GE(Total(), before);
  EXPECT_LE(Total(), answered + 4) << "none is counted twice";
}

TEST_F(UsageTest, WhoIsNoOperatorIsNotTold) {
  EXPECT_EQ(StopGateway(), 0);
  GatewayOptions options = Options();
  options.callers = R"(callers { name: "app" loopback: true })";
  StartGateway(options);
  EXPECT_EQ(client().Raw("/kyc.admin.v1.UsageService/ListUsage", "").error.Summary(),
            "PERMISSION_DENIED CALLER_FORBIDDEN not_sent -");
}

}  // namespace
}  // namespace kyc::tests
