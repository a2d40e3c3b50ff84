// A disk that fails under the real gateway: nothing is acknowledged that is not kept, the operators
// are told, and the service resumes by itself when the fault ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kSenders = 8;
constexpr int kPostsEach = 40;

struct Fault {
  const char* name;
  const char* orders;  // See io_faults.cc.
  // A disk that cannot be read may still be written: then a 200 is as good as ever.
  bool may_acknowledge = false;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.name; }

class GatewayFaultsTest : public testing::TestWithParam<Fault> {
 protected:
  GatewayFaultsTest() {
    files_.Configure(
        {.callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
  }

  GatewayProgram OnFailingDisk() const {
    return {.environment = {
                absl::StrCat("LD_PRELOAD=", RunfilePath("tests/faults/libio_faults.so")),
                absl::StrCat("IO_FAULTS_ORDERS=", orders_),
                absl::StrCat("IO_FAULTS_FILES=", folder_, "/events.db"),
                // The sanitizer's own library need not come before the preloaded one.
                "ASAN_OPTIONS=verify_asan_link_order=0",
            }};
  }
  void BeginFault() {
    WriteFile(orders_ + ".new", GetParam().orders);
    std::filesystem::rename(orders_ + ".new", orders_);
  }
  void EndFault() { std::filesystem::remove(orders_); }

  // Every sender at once; the HTTP statuses that came.
  std::set<int> PostFromAll(const Gateway& gateway) {
    std::vector<std::set<int>> statuses(senders_.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < senders_.size(); ++i) {
      threads.emplace_back([&, i] {
        WebhookConnection connection(gateway.webhook_port());
        for (int n = 0; n < kPostsEach; ++n) statuses[i].insert(senders_[i].Post(connection));
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<int> all;
    for (const std::set<int>& each : statuses) all.insert(each.begin(), each.end());
    return all;
  }
  void ExpectRefused(const std::set<int>& statuses) {
    if (GetParam().may_acknowledge) {
      EXPECT_THAT(statuses, Each(AnyOf(200, 500, 503)));
    } else {
      EXPECT_THAT(statuses, Each(AnyOf(500, 503)));
    }
  }
  void ExpectTold(const Gateway& gateway) {
    const HttpAnswer ready = Get(gateway.admin_port(), "/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ready.body, "the event log cannot be written\n");
    EXPECT_EQ(gateway.Metric("kyc_event_log_writable "), 0);
    EXPECT_GT(gateway.Metric("kyc_commits_failed_total "), 0);
    EXPECT_EQ(Get(gateway.admin_port(), "/healthz").status, 200);
  }
  bool BecomesReady(const Gateway& gateway) {
    const absl::Time latest = absl::Now() + kPatience;
    while (absl::Now() < latest) {
      if (Get(gateway.admin_port(), "/readyz").status == 200) return true;
    }
    return false;
  }
  // On a sound disk.
  void ExpectWholeLogAfterRestart(Follower& followed) {
    const Gateway gateway(files_);
    EXPECT_THAT(PostFromAll(gateway), ElementsAre(200));
    Follower whole;
    whole.CatchUp(gateway.grpc_port());
    ExpectWholeLog(whole.seen(), senders_);
    followed.CatchUp(gateway.grpc_port());
    ExpectSame(followed.seen(), whole.seen());
  }

  GatewayFiles files_;
  const std::string folder_ = std::filesystem::canonical(files_.path(""));
  const std::string orders_ = absl::StrCat(folder_, "/orders");
  std::vector<Sender> senders_;
};

TEST_P(GatewayFaultsTest, NothingIsAcknowledgedInVainAndServiceResumesByItself) {
  Follower live;
  {
    const Gateway gateway(files_, OnFailingDisk());
    std::atomic<bool> ends = false;
    std::thread following([&] {
      while (!ends) live.FollowToTheEnd(gateway.grpc_port());
    });
    for (int round = 0; round < 3; ++round) {
      SCOPED_TRACE(absl::StrCat("round ", round));
      EXPECT_THAT(PostFromAll(gateway), ElementsAre(200));
      BeginFault();
      ExpectRefused(PostFromAll(gateway));
      if (!GetParam().may_acknowledge) {
        ExpectTold(gateway);
        // It is wrong, but cannot be kept for the operator now: the sender has to send it again.
        EXPECT_EQ(WebhookConnection(gateway.webhook_port()).Post("no JSON"), 500);
        Follower reading({}, ::netzme::v1::VIEW_BASIC);
        reading.CatchUp(gateway.grpc_port());
        ExpectWholeLog(reading.seen(), senders_);
        Follower full;
        EXPECT_THAT(full.FollowToTheEnd(gateway.grpc_port()).error_message(),
                    HasSubstr("[LOG_UNAVAILABLE]"));
        EXPECT_THAT(full.seen(), IsEmpty()) << "as it cannot be noted";
      }
      EndFault();
      EXPECT_TRUE(BecomesReady(gateway));
      EXPECT_EQ(gateway.Metric("kyc_event_log_writable "), 1);
    }
    EXPECT_THAT(PostFromAll(gateway), ElementsAre(200));
    EXPECT_EQ(WebhookConnection(gateway.webhook_port()).Post("no JSON"), 400);
    ends = true;
    EXPECT_EQ(gateway.process().Stop(), 0);
    following.join();
  }
  ExpectWholeLogAfterRestart(live);
}

// The fault comes in the middle of whatever is under way.
TEST_P(GatewayFaultsTest, ComingAndGoingUnderLoadItLosesAndRepeatsNothing) {
  Follower live;
  {
    const Gateway gateway(files_, OnFailingDisk());
    std::atomic<bool> ends = false;
    std::vector<std::thread> threads;
    for (Sender& sender : senders_) {
      threads.emplace_back([&] {
        WebhookConnection connection(gateway.webhook_port());
        while (!ends) ASSERT_THAT(sender.Post(connection), AnyOf(200, 500, 503));
      });
    }
    threads.emplace_back([&] {
      while (!ends) live.FollowToTheEnd(gateway.grpc_port());
    });
    std::mt19937 random(std::random_device{}());
    for (int moment = 0; moment < 30; ++moment) {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 50'000));
      moment % 2 == 0 ? BeginFault() : EndFault();
    }
    EXPECT_TRUE(BecomesReady(gateway));
    ends = true;
    for (size_t i = 0; i < senders_.size(); ++i) threads[i].join();
    EXPECT_EQ(gateway.process().Stop(), 0);
    threads.back().join();
  }
  ExpectWholeLogAfterRestart(live);
}

// What a commit wrote before it failed may come to light: then a repeat is judged as one.
TEST_P(GatewayFaultsTest, KilledInTheFaultItLosesAndRepeatsNothing) {
  Follower followed;
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const Gateway gateway(files_, OnFailingDisk());
    EXPECT_THAT(PostFromAll(gateway), ElementsAre(200));
    followed.CatchUp(gateway.grpc_port());
    BeginFault();
    ExpectRefused(PostFromAll(gateway));
    EXPECT_EQ(gateway.process().Kill(), -SIGKILL);
    EndFault();
  }
  ExpectWholeLogAfterRestart(followed);
}

TEST_P(GatewayFaultsTest, StartIsRefusedAndSaysWhy) {
  { const Gateway gateway(files_); }
  BeginFault();
  const ChildProcess gateway("server/kyc-gateway", {"--config", files_.config_path()},
                             OnFailingDisk().environment);
  EXPECT_EQ(gateway.AwaitEnd(), 1);
  EXPECT_THAT(gateway.StandardError(), HasSubstr("cannot open the event log"));
}

INSTANTIATE_TEST_SUITE_P(
    Disk, GatewayFaultsTest,
    testing::Values(Fault{"Full", "write 28\ntruncate 28\n"}, Fault{"CannotBeWritten", "write 5\n"},
                    Fault{"CannotBeSynced", "sync 5\n"}, Fault{"CannotBeRead", "read 5\n", true},
                    Fault{"IsReadOnly", "write 30\ntruncate 30\nsync 30\nopen 30\n"},
                    Fault{"IsForbidden", "write 13\nopen 13\n"}),
    [](const auto& fault) { return fault.param.name; });

}  // namespace
}  // namespace kyc::tests
