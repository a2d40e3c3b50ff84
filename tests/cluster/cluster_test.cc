// What was answered 200 outlives any one node and any one process, and streams go on at another
// gateway where they were.
#include "tests/cluster/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
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

using events::jetstream::EachServerTest;

constexpr int kSenders = 16;
constexpr int kFollowers = 2;
// So many answers show that service goes on.
constexpr int kAnswersThatShow = 200;
constexpr absl::Duration kPause = absl::Milliseconds(20);

struct Victim {
  enum Kind { kNode, kSidecar, kGateway };
  Kind kind = kNode;
  int number = 0;
};

class ClusterTest : public EachServerTest {
 protected:
  void SetUp() override {
    EachServerTest::SetUp();
    if (IsSkipped()) return;
    cluster_ = std::make_unique<Cluster>(program_, "publish_timeout { seconds: 2 }", KYC_SIDECAR);
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
    followers_.resize(kFollowers);
    Begin();
  }

  void TearDown() override { End(); }

  static bool OnDebians() { return !GetParam(); }

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
    WebhookConnection connection(cluster_->webhook_port(at % Cluster::kSidecars));
    int status = 200;
    do {
      ++posting_;
      if (!resting_) {
        status = sender.Post(connection);
        ++answers_[status == 200 ? 0 : status == 503 ? 1 : 2];
      }
      --posting_;
      if (resting_ || (status != 200 && status != 503)) absl::SleepFor(kPause);
    } while (status != 0 && !stop_);
  }

  void Follow(Follower& follower, int at) {
    const uint16_t port = cluster_->grpc_port(at % Cluster::kGateways);
    if (port == 0) return absl::SleepFor(kPause);
    const grpc::Status status = follower.FollowToTheEnd(port);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  }

  // The gateways end, too: only so their streams do.
  void End() {
    if (cluster_ == nullptr || threads_.empty()) return;
    stop_ = true;
    for (int i = 0; i < Cluster::kGateways; ++i) cluster_->KillGateway(i);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // The node that leads the stream, once there is one.
  int Leader() {
    absl::optional<int> leader;
    const absl::Time patience = absl::Now() + kPatience;
    while (!(leader = cluster_->Leader()).has_value() && absl::Now() < patience) {
      absl::SleepFor(kPause);
    }
    EXPECT_TRUE(leader.has_value()) << "no node leads the stream";
    return leader.value_or(0);
  }

  void Kill(const Victim& victim) {
    if (victim.kind == Victim::kNode) cluster_->nodes().Kill(victim.number);
    if (victim.kind == Victim::kSidecar) cluster_->KillSidecar(victim.number);
    if (victim.kind == Victim::kGateway) cluster_->KillGateway(victim.number);
  }
  void Start(const Victim& victim) {
    if (victim.kind == Victim::kNode) cluster_->nodes().Start(victim.number);
    if (victim.kind == Victim::kSidecar) cluster_->StartSidecar(victim.number);
    if (victim.kind == Victim::kGateway) cluster_->StartGateway(victim.number);
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

  // From now on, until resting_ ends, nothing is on its way.
  void Rest() {
    resting_ = true;
    while (posting_ > 0) absl::SleepFor(kPause);
  }

  // Under full load a node of Debian's version may never catch up.
  void AwaitWhole() {
    Rest();
    const absl::Time patience = absl::Now() + kPatience;
    while (!cluster_->NodesAreWhole()) {
      ASSERT_LT(absl::Now(), patience) << "a node does not catch up with the others";
      absl::SleepFor(5 * kPause);
    }
    resting_ = false;
  }

  void ExpectAllOnce() {
    End();
    cluster_->StartGateway(0);
    cluster_->StartGateway(1);
    Follower whole;
    size_t known = 0;
    for (const Sender& sender : senders_) known += sender.answered().size();
    whole.CatchUpTo(known, cluster_->grpc_port(0));
    ExpectWholeLog(whole.seen(), senders_);
    for (Follower& follower : followers_) {
      follower.CatchUpTo(whole.seen().size(), cluster_->grpc_port(1));
      ExpectSame(follower.seen(), whole.seen());
    }
    std::cout << answers_[0] << " times 200, " << answers_[1] << " times 503, " << answers_[2]
              << " connections lost or other answers\n";
  }

  std::unique_ptr<Cluster> cluster_;
  std::vector<Sender> senders_;
  std::deque<Follower> followers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> resting_ = false;
  std::atomic<int> posting_ = 0;
  std::array<std::atomic<int>, 3> answers_ = {};
  std::mt19937 random_{std::random_device()()};
};

INSTANTIATE_TEST_SUITE_P(NatsServer, ClusterTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Current" : "Debians"; });

TEST_P(ClusterTest, WhateverIsKilledNothingAnsweredIsLostOrRepeatedAndServiceGoesOn) {
  std::vector<Victim> victims;
  for (int i = 0; i < 9; ++i) victims.push_back({Victim::kNode, i % Cluster::kNodes});
  for (int i = 0; i < 3; ++i) victims.push_back({Victim::kSidecar, i % Cluster::kSidecars});
  for (int i = 0; i < 3; ++i) victims.push_back({Victim::kGateway, i % Cluster::kGateways});
  std::shuffle(victims.begin(), victims.end(), random_);
  AwaitAnswers(kAnswersThatShow);
  for (const Victim& victim : victims) {
    if (HasFatalFailure()) break;
    SCOPED_TRACE(absl::StrCat("victim ", victim.kind, " ", victim.number));
    // A leader of Debian's version that is killed while messages are on their way may come back
    // with a copy that is not the others'.
    if (OnDebians() && victim.kind == Victim::kNode && victim.number == Leader()) Rest();
    Kill(victim);
    resting_ = false;
    AwaitAnswers(kAnswersThatShow);
    Start(victim);
    if (!HasFatalFailure() && OnDebians()) AwaitWhole();
    if (!HasFatalFailure()) AwaitAnswers(kAnswersThatShow);
  }
  // Even where service stood still nothing that was answered is lost.
  ExpectAllOnce();
}

TEST_P(ClusterTest, WithoutAMajorityNothingIsAnswered200AndServiceResumesByItself) {
  AwaitAnswers(kAnswersThatShow);
  // A leader of Debian's version must not be killed under load.
  const int survivor = OnDebians() ? Leader() : Cluster::kNodes - 1;
  for (int i = 1; i < Cluster::kNodes; ++i) {
    cluster_->nodes().Kill((survivor + i) % Cluster::kNodes);
  }
  // What the majority had stored before may still be answered.
  const int before = refused();
  const absl::Time patience = absl::Now() + kPatience;
  while (refused() < before + kSenders && absl::Now() < patience) absl::SleepFor(kPause);
  const int answered_before = answered();
  while (refused() < before + 3 * kSenders && absl::Now() < patience) absl::SleepFor(kPause);
  EXPECT_GE(refused(), before + 3 * kSenders);
  EXPECT_EQ(answered(), answered_before);
  for (int i = 1; i < Cluster::kNodes; ++i) {
    cluster_->nodes().Start((survivor + i) % Cluster::kNodes);
  }
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow));
  ExpectAllOnce();
}

TEST_P(ClusterTest, FrozenNodeHoldsUpNobodyLongerThanTheTimeout) {
  AwaitAnswers(kAnswersThatShow);
  for (int node = 0; node < Cluster::kNodes; ++node) {  // One of them leads.
    cluster_->nodes().Freeze(node);
    ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow)) << "node " << node << " frozen";
    cluster_->nodes().Thaw(node);
    if (OnDebians()) {
      ASSERT_NO_FATAL_FAILURE(AwaitWhole());
    }
    ASSERT_NO_FATAL_FAILURE(AwaitAnswers(kAnswersThatShow)) << "node " << node << " thawed";
  }
  // A leader of Debian's version that stood still may have a copy that is not the others'.
  OnDebians() ? End() : ExpectAllOnce();
  EXPECT_EQ(answers_[2], 0) << "an answer other than 200 and 503";
}

}  // namespace
}  // namespace kyc::tests
