// What was answered 200 outlives any one server and any one process, and streams go on at another
// gateway where they were.
#include "tests/cluster/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cluster/load.h"

namespace kyc::tests {
namespace {

constexpr int kSenders = 16;

class ClusterTest : public testing::Test {
 protected:
  void TearDown() override { End(); }

  void End() {
    load_.End([this] {
      for (int i = 0; i < Cluster::kGateways; ++i) cluster_.KillGateway(i);
    });
  }

  // A standby, or whichever leads, is gone for a while.
  void BeatServer(bool leader) {
    const int number = leader ? leader_ : (leader_ + 1) % cluster_.servers().count();
    cluster_.servers().Kill(number);
    if (!leader) AwaitAnswers(Load::kAnswersThatShow);
    cluster_.servers().Start(number);
  }
  // The leader is gone for good, another one takes over, and a new server takes its place.
  void FailOver() {
    const int dead = leader_;
    cluster_.servers().Kill(dead);
    leader_ = cluster_.servers().FailOver(dead);
    AwaitAnswers(Load::kAnswersThatShow);
    cluster_.servers().Rebuild(dead, leader_);
  }
  void BeatSidecar() {
    const int number = next_++ % Cluster::kSidecars;
    cluster_.KillSidecar(number);
    AwaitAnswers(Load::kAnswersThatShow);
    cluster_.StartSidecar(number);
  }
  void BeatGateway() {
    const int number = next_++ % Cluster::kGateways;
    cluster_.KillGateway(number);
    AwaitAnswers(Load::kAnswersThatShow);
    cluster_.StartGateway(number);
  }

  void AwaitAnswers(int more) const { load_.AwaitAnswers(more); }
  void ExpectAllOnce() {
    End();
    cluster_.StartGateway(0);
    cluster_.StartGateway(1);
    load_.ExpectAllOnce();
  }

  Cluster cluster_;
  int leader_ = 0;
  int next_ = 0;
  std::mt19937 random_{std::random_device()()};
  Load load_{{.sidecars = Cluster::kSidecars,
              .webhook_port = [this](int number) { return cluster_.webhook_port(number); },
              .gateways = Cluster::kGateways,
              .grpc_port = [this](int number) { return cluster_.grpc_port(number); },
              .senders = kSenders}};
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
  AwaitAnswers(Load::kAnswersThatShow);
  for (size_t at = 0; at < faults.size() && !HasFatalFailure(); ++at) {
    SCOPED_TRACE(absl::StrCat("fault ", at, ", server ", leader_, " leads"));
    faults[at]();
    if (!HasFatalFailure()) AwaitAnswers(Load::kAnswersThatShow);
  }
  // Even where service stood still nothing that was answered is lost.
  ExpectAllOnce();
}

TEST_F(ClusterTest, WithoutAStandbyNothingIsAnswered200AndServiceResumesByItself) {
  AwaitAnswers(Load::kAnswersThatShow);
  cluster_.servers().Kill(1);
  cluster_.servers().Kill(2);
  // What was on its way may still be answered.
  ASSERT_NO_FATAL_FAILURE(load_.AwaitRefusals(kSenders));
  const int answered_before = load_.answered();
  ASSERT_NO_FATAL_FAILURE(load_.AwaitRefusals(2 * kSenders));
  EXPECT_EQ(load_.answered(), answered_before) << "a notification was answered 200";
  cluster_.servers().Start(1);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(Load::kAnswersThatShow));
  cluster_.servers().Start(2);
  ExpectAllOnce();
}

TEST_F(ClusterTest, FrozenServerHoldsUpNobodyForEver) {
  AwaitAnswers(Load::kAnswersThatShow);
  cluster_.servers().Freeze(1);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(Load::kAnswersThatShow)) << "a standby is frozen";
  cluster_.servers().Thaw(1);
  cluster_.servers().Freeze(0);
  ASSERT_NO_FATAL_FAILURE(load_.AwaitRefusals(2 * kSenders)) << "the primary is frozen";
  cluster_.servers().Thaw(0);
  ASSERT_NO_FATAL_FAILURE(AwaitAnswers(Load::kAnswersThatShow));
  ExpectAllOnce();
  EXPECT_EQ(load_.others(), 0) << "an answer other than 200 and 503";
}

}  // namespace
}  // namespace kyc::tests
