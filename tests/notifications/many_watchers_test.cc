// Two thousand streams: some that never read, and all of them reconnecting at once.
#include "tests/support/many_watchers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr size_t kWatchers = 2000;
constexpr size_t kStalled = 100;
constexpr int kReconnects = 5;
constexpr char kSlowOnes[] =
    R"(kyc_calls_total{code="RESOURCE_EXHAUSTED",method="netzme.v1.UpgradeNotificationService/WatchUpgrades",reason="SLOW_CONSUMER"} )";

class ManyWatchersTest : public testing::Test {
 protected:
  ManyWatchersTest() {
    files_.Configure(
        {.log_engine = engine_->Block(),
         .callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    gateway_.emplace(files_);
  }

  // A notification that only VIEW_FULL shows whole.
  std::string LargeBody(int number) {
    return absl::StrCat(R"({"originalReferenceNo":"r)", number,
                        R"(","status":"approved","padding":")", std::string(40'000, 'x'), R"("})");
  }
  void PostLarge(int count) {
    WebhookConnection connection(gateway_->webhook_port());
    for (int i = 0; i < count; ++i) ASSERT_EQ(connection.Post(LargeBody(++posted_)), 200);
  }
  bool AwaitMetric(const char* line_start, double value) {
    const absl::Time latest = absl::Now() + kPatience;
    while (absl::Now() < latest) {
      if (gateway_->Metric(line_start) == value) return true;
    }
    return false;
  }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
  GatewayFiles files_;
  absl::optional<Gateway> gateway_;
  int posted_ = 0;
};

TEST_F(ManyWatchersTest, StalledOnesHurtNobodyAndAreEndedAsSlow) {
  ManyWatchers stalled(gateway_->grpc_port(), kStalled);
  stalled.OpenAllAndStall(::netzme::v1::VIEW_FULL);
  ManyWatchers watchers(gateway_->grpc_port(), kWatchers);
  watchers.OpenAll();
  ASSERT_TRUE(watchers.AwaitCaughtUp());

  // Each of these is larger than what the transport takes of a stream that nobody reads.
  PostLarge(20);
  EXPECT_TRUE(watchers.AwaitSeen(posted_));
  EXPECT_TRUE(AwaitMetric(kSlowOnes, kStalled)) << gateway_->Metrics();
  PostLarge(5);
  EXPECT_TRUE(watchers.AwaitSeen(posted_));
  EXPECT_EQ(watchers.ended(), 0u);
  EXPECT_EQ(watchers.wrong(), 0u);
}

TEST_F(ManyWatchersTest, ReconnectingAllAtOnceMissesNothingAndStopsNoWebhook) {
  ManyWatchers watchers(gateway_->grpc_port(), kWatchers);
  watchers.OpenAll();
  Sender sender(0);
  WebhookConnection connection(gateway_->webhook_port());
  const auto post = [&](int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(sender.Post(connection), 200);
  };
  for (int i = 0; i < kReconnects; ++i) {
    post(20);  // Some streams see them, some not any more.
    watchers.CloseAll();
    post(20);
    watchers.OpenAll();
    post(20);  // While all of them open and read.
    EXPECT_TRUE(watchers.AwaitSeen(static_cast<int64_t>(sender.answered().size())));
  }
  EXPECT_EQ(watchers.ended(), 0u);
  EXPECT_EQ(watchers.wrong(), 0u);
}

}  // namespace
}  // namespace kyc::tests
