// What was answered 200 outlives the process, and a stream goes on where it was.
//
// The real gateway is killed by SIGKILL at random moments while many connections post to
// it and streams read from it; some more times while it starts.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/child_process.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr int kKillsWhileServing = 50;
constexpr int kKillsWhileStarting = 10;
constexpr int kSenders = 24;
constexpr int kLongestLifeUs = 250'000;
constexpr int kLongestStartUs = 40'000;

// Not to wait for anything: the moment itself is what is random.
void LetItLive(int longest_us, std::mt19937& random) {
  std::this_thread::sleep_for(
      std::chrono::microseconds(random() % static_cast<unsigned>(longest_us)));
}

::netzme::v1::UpgradeFilter OfSender(int number) {
  ::netzme::v1::UpgradeFilter filter;
  for (int i = 0; i < 3; ++i) {
    filter.add_original_reference_nos(absl::StrCat("s", number, "-", i));
  }
  return filter;
}

class KillTest : public testing::Test {
 protected:
  KillTest() {
    files_.Configure(
        {.log_engine = engine_->Block(),
         .callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
    followers_.emplace_back();
    followers_.emplace_back(OfSender(7));
  }

  void KillWhileItStarts() {
    const ChildProcess gateway("server/kyc-gateway", {"--config", files_.config_path()});
    LetItLive(kLongestStartUs, random_);
    ASSERT_EQ(gateway.Kill(), -SIGKILL);
  }

  // Posting and following begin with the gateway and end by its death.
  void KillWhileItServes() {
    const Gateway gateway(files_);
    std::vector<std::thread> threads;
    for (Sender& sender : senders_) {
      threads.emplace_back([&sender, port = gateway.webhook_port()] {
        WebhookConnection connection(port);
        while (sender.Post(connection) == 200) {
        }
      });
    }
    for (Follower& follower : followers_) {
      threads.emplace_back([&follower, port = gateway.grpc_port()] {
        EXPECT_FALSE(follower.FollowToTheEnd(port).ok());
      });
    }
    LetItLive(kLongestLifeUs, random_);
    EXPECT_EQ(gateway.process().Kill(), -SIGKILL);
    for (std::thread& thread : threads) thread.join();
  }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
  GatewayFiles files_;
  std::mt19937 random_{std::random_device()()};
  std::vector<Sender> senders_;
  std::deque<Follower> followers_;
};

TEST_F(KillTest, EveryAnsweredNotificationIsThereOnceAndAStreamMissesNone) {
  for (int kill = 1; kill <= kKillsWhileServing; ++kill) {
    KillWhileItServes();
    if (kill % (kKillsWhileServing / kKillsWhileStarting) == 0) KillWhileItStarts();
    ASSERT_FALSE(HasFailure()) << "at kill " << kill;
  }
  const Gateway gateway(files_);
  Follower whole;
  whole.CatchUp(gateway.grpc_port());
  ExpectWholeLog(whole.seen(), senders_);
  size_t answered = 0;
  for (const Sender& sender : senders_) answered += sender.answered().size();
  EXPECT_GT(answered, size_t{kKillsWhileServing * kSenders}) << "it was killed under load";

  followers_[0].CatchUp(gateway.grpc_port());
  ExpectSame(followers_[0].seen(), whole.seen());
  followers_[1].CatchUp(gateway.grpc_port());
  Follower of_sender(OfSender(7));
  of_sender.CatchUp(gateway.grpc_port());
  ExpectSame(followers_[1].seen(), of_sender.seen());
}

}  // namespace
}  // namespace kyc::tests
