// Three sidecars race for the revisions of the same references. Each revision is there once, both
// gateways show the same, and a cursor of either is good at the other, however far that one lags.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <deque>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/cluster/cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/follower.h"
#include "tests/support/tally.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

constexpr int kReferences = 1000;
constexpr int kBodies = 20;
constexpr int kReferencesAtOnce = 10;
constexpr int kAll = kReferences * kBodies;
// So much is answered between two freezes, and half of it while a gateway is frozen.
constexpr int kLag = kAll / 10;
// Their statuses alternate.
Notice NoticeOf(int reference, int body) {
  return {absl::StrCat("r", reference), reference * kBodies + body};
}

class RaceTest : public testing::Test {
 protected:
  // A thread and a connection for each body of each reference under way.
  void Begin() {
    for (int lane = 0; lane < kReferencesAtOnce; ++lane) {
      std::barrier<>& start = starts_.emplace_back(kBodies);
      for (int body = 0; body < kBodies; ++body) {
        threads_.emplace_back(
            [this, lane, body, &start](std::stop_token stop) { Race(lane, body, start, stop); });
      }
    }
  }

  // Posts one body of each of the lane's references, at the moment when all others of it are
  // posted.
  void Race(int lane, int body, std::barrier<>& start, const std::stop_token& stop) {
    WebhookConnection connection(cluster_.webhook_port(body % Cluster::kSidecars));
    for (int at = lane; at < kReferences && !stop.stop_requested(); at += kReferencesAtOnce) {
      start.arrive_and_wait();
      Post(connection, NoticeOf(at, body).Body(), stop);
    }
    start.arrive_and_drop();
  }

  // Again and again, as Retry-After allows: at once, for whoever waits a second loses no race.
  void Post(WebhookConnection& connection, const std::string& body, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const int status = connection.Post(body);
      if (status == 200) {
        answered_.Add();
        return;
      }
      const bool again = (status == 429 || status == 503) && connection.told_to_retry();
      ++(again ? again_ : other_);
      if (!again) return;
    }
  }

  void AwaitAnswered(int enough) {
    ASSERT_TRUE(answered_.Await(enough, kPatience))
        << answered_.count() << " of " << enough << "; " << again_ << " were told to retry, "
        << other_ << " something else";
  }

  Cluster cluster_;
  std::deque<std::barrier<>> starts_;
  Tally answered_;
  std::atomic<int> again_ = 0;
  std::atomic<int> other_ = 0;
  std::vector<std::jthread> threads_;  // Last: they use all the others.
};

TEST_F(RaceTest, RevisionsAreOneToNEachOnceAndCursorsAreGoodAtEitherGateway) {
  const absl::Time begin = absl::Now();
  Begin();
  Follower traveller;
  for (int round = 0; round * kLag < kAll; ++round) {
    const int here = round % Cluster::kGateways;
    const int lagging = 1 - here;
    const uint16_t port = cluster_.grpc_port(here);
    cluster_.FreezeGateway(lagging);
    ASSERT_NO_FATAL_FAILURE(AwaitAnswered(round * kLag + kLag / 2));
    ASSERT_TRUE(traveller.CatchUpTo(static_cast<size_t>(answered_.count()), port))
        << "round " << round;
    cluster_.ThawGateway(lagging);
    traveller.CatchUp(cluster_.grpc_port(lagging));
    ASSERT_FALSE(HasFailure()) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(AwaitAnswered((round + 1) * kLag));
  }
  threads_.clear();
  std::cout << kAll << " answered in " << absl::Now() - begin << ", " << again_
            << " times told to retry\n";
  EXPECT_EQ(other_, 0);

  std::array<Follower, Cluster::kGateways> whole;
  for (int i = 0; i < Cluster::kGateways; ++i) {
    whole[static_cast<size_t>(i)].CatchUpTo(kAll, cluster_.grpc_port(i));
  }
  traveller.CatchUpTo(kAll, cluster_.grpc_port(0));
  const auto& log = whole[0].seen();
  ExpectRevisions(log);
  ExpectSame(whole[1].seen(), log);
  ExpectSame(traveller.seen(), log);
  std::map<std::string, int> times;
  for (const auto& event : log) ++times[event.raw_body()];
  for (int at = 0; at < kAll; ++at) {
    ASSERT_EQ(times[NoticeOf(at / kBodies, at % kBodies).Body()], 1) << at << " was answered 200";
  }
  EXPECT_EQ(log.size(), static_cast<size_t>(kAll)) << "there is what nobody sent";
}

}  // namespace
}  // namespace kyc::tests
