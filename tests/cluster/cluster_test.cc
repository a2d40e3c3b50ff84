// What was answered 200 outlives any one server and any one process, and streams go on at another
// gateway where they were.
#include "tests/cluster/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/child_process.h"
#include "tests/support/follower.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr int kSenders = 16;
constexpr int kFollowers = 2;
// So many answers show that service goes on.
constexpr int kAnswersThatShow = 200;
constexpr absl::Duration kPause = absl::Milliseconds(20);

class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
    followers_.resize(kFollowers);
    Begin();
  }

  void TearDown() override { End(); }

  // Every sender posts as fast as it is answered, at one sidecar until that is gone; every
  // follower reads at one gateway until that is gone.
  void Begin() {
    stop_ = false;
    for (int i = 0; i < kSenders; ++i) {
      threads_.emplace_back([this, i] {
        for (int at = i; !stop_; ++at) Send(senders_[static_cast<size_t>(i)], at);
      });
    }
    for (int i = 0; i < kFollowers; ++i) {
      threads_.emplace_back([this, i] {
        for (int at = i; !stop_; ++at) Follow(followers_[static_cast<size_t>(i)], at);
      });
    }
  }

  void Send(Sender& sender, int at) {
    WebhookConnection connection(cluster_.webhook_port(at % Cluster::kSidecars));
    int status = 200;
    do {
      status = sender.Post(connection);
      ++answers_[status == 200 ? 0 : status == 503 ? 1 : 2];
      if (status != 200) absl::SleepFor(kPause);
    } while (status != 0 && !stop_);
  }

  void Follow(Follower& follower, int at) {
    const uint16_t port = cluster_.grpc_port(at % Cluster::kGateways);
    if (port == 0) return absl::SleepFor(kPause);
    const grpc::Status status = follower.FollowToTheEnd(port);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  }

  // The gateways end, too: only so their streams do.
  void End() {
    if (threads_.empty()) return;
    stop_ = true;
    for (int i = 0; i < Cluster::kGateways; ++i) cluster_.KillGateway(i);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // A standby, or whichever leads, is gone for a while.
  void BeatServer(bool leader) {
    const int number = leader ? leader_ : (leader_ + 1) % cluster_.servers().count();
    cluster_.servers().Kill(number);
    if (!leader) AwaitAnswers(kAnswersThatShow);
    cluster_.servers().Start(number);
  }
  // The leader is gone for good, another one takes over, and a new server takes its place.
  void FailOver() {
    const int dead = leader_;
    cluster_.servers().Kill(dead);
    leader_ = cluster_.servers().FailOver(dead);
    AwaitAnswers(kAnswersThatShow);
    cluster_.servers().Rebuild(dead, leader_);
  }
  void BeatSidecar() {
    const int number = next_++ % Cluster::kSidecars;
    cluster_.KillSidecar(number);
    AwaitAnswers(kAnswersThatShow);
    cluster_.StartSidecar(number);
  }
  void BeatGateway() {
    const int number = next_++ % Cluster::kGateways;
    cluster_.KillGateway(number);
    AwaitAnswers(kAnswersThatShow);
    cluster_.StartGateway(number);
  }

  int answered() const { return answers_[0]; }
  int refused() const { return answers_[1]; }

  void AwaitAnswers(int more) {
    const int enough = answered() + more;
    const absl::Time patience = absl::Now() + kPatience;
    while (answered() < enough) {
      ASSERT_LT(absl::Now(), patience) << answered() << " of " << enough;
      absl::SleepFor(kPause);
    }
  }

  void ExpectAllOnce() {
    End();
    cluster_.StartGateway(0);
    cluster_.StartGateway(1);
    Follower whole;
    size_t known = 0;
    for (const Sender& sender : senders_) known += sender.answered().size();
    whole.CatchUpTo(known, cluster_.grpc_port(0));
    ExpectWholeLog(whole.seen(), senders_);
    for (Follower& follower : followers_) {
      follower.CatchUpTo(whole.seen().size(), cluster_.grpc_port(1));
      ExpectSame(follower.seen(), whole.seen());
    }
    std::cout << answers_[0] << " times 200, " << answers_[1] << " times 503, " << answers_[2]
              << " connections lost or other answers\n";
  }

  Cluster cluster_{KYC_SIDECAR};
  int leader_ = 0;
  int next_ = 0;
  std::vector<Sender> senders_;
  std::deque<Follower> followers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_ = false;
  std::array<std::atomic<int>, 3> answers_ = {};
  std::mt19937 random_{std::random_device()()};
};

TEST_F(ClusterTest, WhateverIsKilledNothingAnsweredIsLostOrRepeatedAndServiceGoesOn) {
  std::vector<std::function<void()>> faults;
  for (int i = 0; i < 3; ++i) {
    faults.emplace_back([this] { BeatServer(true); });
    faults.emplace_back([this] { BeatServer(false); });
    faults.emplace_back([this] { FailOver(); });
    faults.emplace_back([this] { BeatSidecar(); });
    faults.emplace_back([this] { BeatGateway(); });
  }
  std::shuffle(faults.begin(), faults.end(), random_);
  AwaitAnswers(kAnswersThatShow);
  for (size_t at = 0; at < faults.size() && !HasFatalFailure(); ++at) {
    SCOPED_TRACE(absl::StrCat("fault ", at, ", server ", leader_, " leads"));
    faults[at]();
    if (!HasFatalFailure()) AwaitAnswers(kAnswersThatShow);
  }
  // Even where service stood still nothing that was answered is lost.
  ExpectAllOnce();
}

TEST_F(ClusterTest, WithoutAStandbyNothingIsAnswered200AndServiceResumesByItself) {
  AwaitAnswers(kAnswersThatShow);
  cluster_.servers().Kill(1);
  cluster_.servers().Kill(2);
  // What was on its way may still be answered.
  const int before = refused();
  const absl::Time patience = absl::Now() + kPatience;
  while (refused() < before + kSenders && absl::Now() < patience) absl::SleepFor(kPause);
  const int answered_before = answered();
  while (refused() < before + 3 * kSenders && absl::Now() < patience) absl::SleepFor(kPause);
  EXPECT_GE(refused(), before + 3 * kSenders);
  EXPECT_EQ(answered(), answered_before) << "a notification was answered 200";
  cluster_.servers().Start(1);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow));
  cluster_.servers().Start(2);
  ExpectAllOnce();
}

TEST_F(ClusterTest, FrozenServerHoldsUpNobodyForEver) {
  AwaitAnswers(kAnswersThatShow);
  cluster_.servers().Freeze(1);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow)) << "a standby is frozen";
  cluster_.servers().Thaw(1);
  cluster_.servers().Freeze(0);
  const int before = refused();
  const absl::Time patience = absl::Now() + kPatience;
  while (refused() < before + 2 * kSenders && absl::Now() < patience) absl::SleepFor(kPause);
  EXPECT_GE(refused(), before + 2 * kSenders) << "the primary is frozen";
  cluster_.servers().Thaw(0);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow));
  ExpectAllOnce();
  EXPECT_EQ(answers_[2], 0) << "an answer other than 200 and 503";
}

}  // namespace
}  // namespace kyc::tests
