// Two gateways over one PostgreSQL store change their sealing key in two phases: first every
// process can open with the new one, then every process seals with it. Meanwhile all go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr char kFirst[] = R"(sealing_keys { id: 1 key_file: "sealing_key" })";
constexpr char kSecond[] = R"(sealing_keys { id: 2 key_file: "second_key" })";
constexpr char kStillUsed[] = "another process still seals with an older key";

// One of the two: its files, and its program while it runs.
class Process {
 public:
  Process(const LogEngine& engine, int number) : engine_(engine), sender_(number) {
    WriteFile(files_.path("second_key"), absl::Base64Escape(std::string(32, 't')));
  }
  void RestartWith(const std::string& keys) {
    Stop();
    const std::string config = ConfigText(
        {.log_engine = engine_.Block(),
         .callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    files_.ConfigureText(absl::StrReplaceAll(config, {{kFirst, keys}}));
    gateway_ = std::make_unique<Gateway>(files_);
  }
  void Stop() {
    if (gateway_ == nullptr) return;
    EXPECT_EQ(gateway_->process().Stop(), 0);
    gateway_.reset();
  }
  // How a start ends that is refused.
  std::string Refusal(const std::string& keys) {
    const std::string config = ConfigText({.log_engine = engine_.Block()});
    files_.ConfigureText(absl::StrReplaceAll(config, {{kFirst, keys}}));
    const ChildProcess refused("server/kyc-gateway", {"--config", files_.config_path()});
    EXPECT_NE(refused.AwaitEnd().value_or(0), 0);
    return refused.StandardError();
  }
  void Post() {
    WebhookConnection connection(gateway_->webhook_port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(sender_.Post(connection), 200);
  }
  const Gateway& gateway() const { return *gateway_; }
  const Sender& sender() const { return sender_; }

 private:
  const LogEngine& engine_;
  GatewayFiles files_;
  Sender sender_;
  std::unique_ptr<Gateway> gateway_;
};

TEST(RotationTest, TwoProcessesOverOneStoreChangeTheirKeyInTwoPhases) {
  const std::unique_ptr<LogEngine> engine = StartLogEngine();
  Process one(*engine, 0), other(*engine, 1);
  size_t posted = 0;
  // Each reads what both wrote.
  const auto use_both = [&] {
    one.Post();
    other.Post();
    posted += 40;
    for (const Process* process : {&one, &other}) {
      Follower follower;
      ASSERT_TRUE(follower.CatchUpTo(posted, process->gateway().grpc_port()));
      ExpectWholeLog(follower.seen(), {one.sender(), other.sender()});
    }
  };
  for (Process* process : {&one, &other}) process->RestartWith(kFirst);
  use_both();
  const std::string first_second = absl::StrCat(kFirst, kSecond);
  for (Process* process : {&one, &other}) process->RestartWith(first_second);
  use_both();
  const std::string second_first = absl::StrCat(kSecond, kFirst);
  one.RestartWith(second_first);
  ASSERT_TRUE(one.gateway().process().AwaitError(kStillUsed));
  EXPECT_GT(one.gateway().Metric("kyc_reseal_left_rows "), 0);
  use_both();
  other.RestartWith(second_first);
  ASSERT_TRUE(one.gateway().process().AwaitError("is sealed with keys 1 any more"));
  EXPECT_EQ(one.gateway().Metric("kyc_reseal_left_rows "), 0);
  use_both();
  for (Process* process : {&one, &other}) process->RestartWith(kSecond);
  use_both();
  other.Stop();
  EXPECT_THAT(other.Refusal(first_second), testing::HasSubstr("Sealing key 1 was retired"));
}

}  // namespace
}  // namespace kyc::tests
