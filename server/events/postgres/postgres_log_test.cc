// What is PostgreSQL's own about the log; what every engine does is tested by the contract's tests.
#include "server/events/postgres/postgres_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

TEST(PostgresLogTest, WhatIsAppendedIsReadAgain) {
  PostgresServers servers(0);
  CountingMetrics metrics;
  const auto log = OpenLog(OptionsOver(servers, metrics));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(Append(*log, "R1", "approved").sequence, 1);
  EXPECT_EQ(Append(*log, "R2", "rejected").sequence, 2);
  EXPECT_EQ(Append(*log, "R1", "rejected").revision, 2);
  EXPECT_TRUE(Append(*log, "R1", "rejected").repeat);
  const std::vector<std::string> all = {"1:R1/approved@1", "2:R2/rejected@1", "3:R1/rejected@2"};
  EXPECT_EQ(ReadAll(*log), all);
  EXPECT_EQ(log->ends().newest.sequence, 3);
}

TEST(PostgresLogTest, AnotherGatewayHearsOfItAndTakesItsCursors) {
  PostgresServers servers(2);
  CountingMetrics metrics;
  const auto one = OpenLog(OptionsOver(servers, metrics));
  const auto other = OpenLog(OptionsOver(servers, metrics));
  ASSERT_NE(one, nullptr);
  ASSERT_NE(other, nullptr);
  std::promise<std::string> heard;
  other->SetOnCommitted([&](auto events) { heard.set_value(Lines(*events).front()); });
  Append(*one, "R1", "approved");
  const std::string cursor = one->CursorText(one->ends().newest);
  const absl::StatusOr<Position> position = other->PositionFromText(cursor);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->sequence, 1);
  EXPECT_EQ(heard.get_future().get(), "1:R1/approved@1");
  EXPECT_EQ(ReadAll(*other), ReadAll(*one));
}

// Each batch waits for its turn at the head: without that, two would take the same sequence.
TEST(PostgresLogTest, GatewaysThatAppendAtOnceAreInOneOrderAndNoneIsRefused) {
  constexpr int kGateways = 3;
  constexpr int kBodies = 60;
  PostgresServers servers(0);
  CountingMetrics metrics;
  std::vector<std::unique_ptr<PostgresLog>> logs;
  for (int i = 0; i < kGateways; ++i) logs.push_back(OpenLog(OptionsOver(servers, metrics)));
  std::mutex mutex;
  std::set<int64_t> revisions;
  std::vector<std::thread> threads;
  for (int i = 0; i < kGateways; ++i) {
    threads.emplace_back([&, i] {
      for (int body = 0; body < kBodies; ++body) {
        const auto appended = TryAppend(*logs[i], Notification("R1", absl::StrCat(i, "-", body)));
        ASSERT_TRUE(appended.ok()) << appended.status();
        const std::lock_guard<std::mutex> lock(mutex);
        EXPECT_TRUE(revisions.insert(appended->revision).second) << appended->revision;
        EXPECT_EQ(appended->sequence, appended->revision);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(revisions.size(), static_cast<size_t>(kGateways * kBodies));
  EXPECT_EQ(*revisions.rbegin(), kGateways * kBodies);
}

// A gateway that is asked need not be the process that holds it back.
TEST(PostgresLogTest, WhatAnotherProcessHoldsBackIsLetGo) {
  PostgresServers servers(0);
  CountingMetrics metrics;
  const auto gateway = OpenLog(OptionsOver(servers, metrics));
  ASSERT_NE(gateway, nullptr);
  for (int i = 1; i <= 5; ++i) Append(*gateway, absl::StrCat("R", i), "approved");
  EXPECT_EQ(gateway->ReleaseRetention().value(), 0);
  CountingMetrics metrics_of_keeper;
  PostgresLogOptions options = OptionsOver(servers, metrics_of_keeper);
  options.keeper.trim_interval = absl::Milliseconds(10);
  options.keeper.boot_id = "another boot";
  options.keeper.clocks = [] {
    ClockReading reading = ReadClocks();
    reading.wall += absl::Hours(24 * 91);
    return reading;
  };
  const auto keeper = OpenLog(std::move(options));
  ASSERT_NE(keeper, nullptr);
  int64_t released = 0;
  while (released == 0) released = gateway->ReleaseRetention().value();
  EXPECT_EQ(released, 5);
  while (gateway->ends().oldest.sequence < 5) std::this_thread::yield();
  EXPECT_EQ(metrics_of_keeper.removed_by_age, 5);
}

// Whoever may: the first one makes the tables, adds and drops partitions, and the others wait.
TEST(PostgresLogTest, ProcessesThatKeepTheLogAtOnceDoNotHinderEachOther) {
  constexpr int kProcesses = 6;
  PostgresServers servers(0);
  CountingMetrics metrics;
  PostgresLogOptions options = OptionsOver(servers, metrics);
  options.keeper.events_per_partition = 100;
  options.keeper.retention.count = 10;
  options.keeper.trim_interval = absl::Milliseconds(1);
  std::vector<std::unique_ptr<PostgresLog>> logs(kProcesses);
  std::vector<std::thread> threads;
  for (auto& log : logs) {
    threads.emplace_back([&options, &log] { log = OpenLog(options); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 350; ++i) Append(*logs[0], absl::StrCat("R", i), "approved");
  servers.Await(0, "(SELECT min(first_sequence) > 300 FROM kyc.event_partition)");
  logs.clear();
  EXPECT_THAT(servers.log(0), testing::Not(testing::HasSubstr("ERROR")));
}

class KeeperMetrics : public CountingMetrics {
 public:
  void ClockDisagrees(absl::Duration ahead) override {
    if (ahead <= absl::Hours(1)) return;
    ++turns_in_doubt_;
    turns_in_doubt_.notify_all();
  }
  void AwaitTurnsInDoubt(int enough) const {
    for (int turns = turns_in_doubt_; turns < enough; turns = turns_in_doubt_) {
      turns_in_doubt_.wait(turns);
    }
  }

 private:
  std::atomic<int> turns_in_doubt_ = 0;
};

TEST(PostgresLogTest, WallClockThatJumpsEmptiesNoQuarantine) {
  PostgresServers servers(0);
  KeeperMetrics metrics;
  std::atomic<bool> jumped = false;
  PostgresLogOptions options = OptionsOver(servers, metrics);
  options.keeper.trim_interval = absl::Milliseconds(10);
  options.keeper.clocks = [&jumped] {
    ClockReading reading = ReadClocks();
    if (jumped) reading.wall += absl::Hours(24 * 91);
    return reading;
  };
  const auto log = OpenLog(std::move(options));
  ASSERT_NE(log, nullptr);
  ASSERT_TRUE(Keep(*log, "unread").ok());
  jumped = true;
  metrics.AwaitTurnsInDoubt(3);
  EXPECT_EQ(log->ListQuarantined(0, 10)->size(), 1u);
}

}  // namespace
}  // namespace kyc::events::postgres
