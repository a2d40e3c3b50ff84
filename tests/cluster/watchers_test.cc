// Ten thousand streams at two gateways while the server that leads is killed, then a gateway: each
// goes on where it was, and no gateway needs more memory for it.
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>

#include "absl/time/time.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/load.h"
#include "tests/support/many_watchers.h"

namespace kyc::tests {
namespace {

constexpr size_t kWatchersEach = 5000;
// Each event is delivered 10,000 times.
constexpr int kSenders = 2;
constexpr absl::Duration kBetween = absl::Milliseconds(500);
constexpr int kSomeAnswers = 10;
// About twice what 10,000 streams at one gateway take. One that kept a message of its own for each
// of them would need more.
constexpr int64_t kEnoughMib = 450;

class WatchersTest : public testing::Test {
 protected:
  void TearDown() override { End(); }
  void End() {
    load_.End([this] {
      for (int i = 0; i < Cluster::kGateways; ++i) {
        if (cluster_.grpc_port(i) != 0) cluster_.KillGateway(i);
      }
    });
  }
  void AwaitSomeAnswers() const { load_.AwaitAnswers(kSomeAnswers); }
  // Sequences have no gaps: whoever has seen one that is so high has seen what was answered.
  void ExpectAllSeen(ManyWatchers& watchers) {
    EXPECT_TRUE(watchers.AwaitSeen(load_.answered())) << watchers.Summary();
    EXPECT_EQ(watchers.wrong(), 0u)
        << "what they saw did not follow what they had seen: " << watchers.Summary();
  }

  Cluster cluster_;
  Load load_{{.sidecars = Cluster::kSidecars,
              .webhook_port = [this](int number) { return cluster_.webhook_port(number); },
              .gateways = Cluster::kGateways,
              .grpc_port = [this](int number) { return cluster_.grpc_port(number); },
              .senders = kSenders,
              .pause = kBetween}};
};

TEST_F(WatchersTest, TenThousandMissAndRepeatNothingWhileAServerAndAGatewayAreKilled) {
  ManyWatchers here(cluster_.grpc_port(0), kWatchersEach);
  ManyWatchers there(cluster_.grpc_port(1), kWatchersEach);
  here.OpenAll();
  there.OpenAll();
  ASSERT_TRUE(here.AwaitCaughtUp()) << here.Summary();
  ASSERT_TRUE(there.AwaitCaughtUp()) << there.Summary();
  ASSERT_NO_FATAL_FAILURE(AwaitSomeAnswers());

  cluster_.servers().Kill(0);
  cluster_.servers().FailOver(0);
  ASSERT_NO_FATAL_FAILURE(AwaitSomeAnswers());
  ExpectAllSeen(here);
  ExpectAllSeen(there);
  EXPECT_EQ(here.ended() + there.ended(), 0u)
      << "streams stay open over a failover: " << here.Summary() << "\n"
      << there.Summary();

  // Half of them lose their gateway, and go on at the other one.
  cluster_.KillGateway(1);
  there.MoveTo(cluster_.grpc_port(0));
  there.OpenAll();
  ASSERT_TRUE(there.AwaitCaughtUp()) << there.Summary();
  ASSERT_NO_FATAL_FAILURE(AwaitSomeAnswers());
  ExpectAllSeen(here);
  ExpectAllSeen(there);
  EXPECT_EQ(here.ended(), 0u) << here.Summary();
  const int64_t peak = cluster_.PeakMib(0);
  std::cout << "with all of them a gateway's peak was " << peak << " MiB\n";
  EXPECT_LT(peak, kEnoughMib);

  here.CloseAll();
  there.CloseAll();
  End();
  cluster_.StartGateway(0);
  cluster_.StartGateway(1);
  load_.ExpectAllOnce();
}

}  // namespace
}  // namespace kyc::tests
