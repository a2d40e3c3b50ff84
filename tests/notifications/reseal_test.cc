// A sealing key is replaced while the gateway serves, and the gateway is killed in the middle of
// sealing again what the old key sealed: nothing is lost, and in the end the old key is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr int kSenders = 32;
constexpr int kOfEach = 150;
constexpr int kKills = 3;
constexpr char kFirst[] = R"(sealing_keys { id: 1 key_file: "sealing_key" })";
constexpr char kSecond[] = R"(sealing_keys { id: 2 key_file: "second_key" })";

class ResealTest : public testing::Test {
 protected:
  ResealTest() {
    WriteFile(files_.path("second_key"), absl::Base64Escape(std::string(32, 't')));
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
    SealWith(kFirst);
  }

  void SealWith(const std::string& keys) {
    const std::string config = ConfigText(
        {.log_engine = engine_->Block(),
         .callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    files_.ConfigureText(absl::StrReplaceAll(config, {{kFirst, keys}}));
  }
  void PostAll(const Gateway& gateway) {
    std::vector<std::thread> threads;
    for (Sender& sender : senders_) {
      threads.emplace_back([&sender, port = gateway.webhook_port()] {
        WebhookConnection connection(port);
        for (int i = 0; i < kOfEach; ++i) EXPECT_EQ(sender.Post(connection), 200);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  void ExpectAllThere(const Gateway& gateway) {
    Follower follower;
    ASSERT_TRUE(follower.CatchUpTo(kSenders * kOfEach, gateway.grpc_port()));
    ExpectWholeLog(follower.seen(), {senders_.begin(), senders_.end()});
  }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
  GatewayFiles files_;
  std::vector<Sender> senders_;
};

TEST_F(ResealTest, AKillInTheMiddleLosesNothingAndTheOldKeyIsRefusedInTheEnd) {
  {
    const Gateway gateway(files_);
    PostAll(gateway);
    EXPECT_EQ(gateway.process().Stop(), 0);
  }
  SealWith(absl::StrCat(kSecond, kFirst));
  int in_the_middle = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const Gateway gateway(files_);
    while (gateway.Metric("kyc_resealed_rows_total ") < 1) absl::SleepFor(absl::Milliseconds(1));
    in_the_middle += gateway.Metric("kyc_reseal_left_rows ") > 0 ? 1 : 0;
    EXPECT_EQ(gateway.process().Kill(), -SIGKILL);
  }
  EXPECT_GT(in_the_middle, 0);
  {
    const Gateway gateway(files_);
    ASSERT_TRUE(gateway.process().AwaitError("is sealed with keys 1 any more"));
    EXPECT_EQ(gateway.Metric("kyc_reseal_left_rows "), 0);
    // What the killed ones had sealed stays so.
    EXPECT_LT(gateway.Metric("kyc_resealed_rows_total "), kSenders * kOfEach);
    ExpectAllThere(gateway);
    EXPECT_EQ(gateway.process().Stop(), 0);
  }
  SealWith(kSecond);
  {
    const Gateway gateway(files_);
    ExpectAllThere(gateway);
    EXPECT_EQ(gateway.process().Stop(), 0);
  }
  SealWith(absl::StrCat(kFirst, kSecond));
  const ChildProcess refused("server/kyc-gateway", {"--config", files_.config_path()});
  EXPECT_NE(refused.AwaitEnd().value_or(0), 0);
  EXPECT_THAT(refused.StandardError(), testing::HasSubstr("Sealing key 1 was retired"));
}

}  // namespace
}  // namespace kyc::tests
