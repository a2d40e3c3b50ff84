// What every engine promises of what was used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kDay = 20'000;

UsageKey KeyOf(const std::string& caller, Billing billing = Billing::kAnswered,
               const std::string& reason = "", int64_t day = kDay) {
  return {day, caller, "main", "widekyc.v1.WideKycService/ValidateId", billing, reason};
}

class LogUsageTest : public testing::Test {
 protected:
  void Reopen() {
    log_.reset();
    EngineOptions options;
    options.clocks = [this] {
      ++clock_reads_;
      return ClockReading{absl::FromUnixSeconds(now_s_.load()), absl::Seconds(now_s_.load())};
    };
    options.boot_id = "boot 1..........";
    options.trim_interval = absl::Milliseconds(1);
    options.retention.usage_age = absl::Hours(24 * 10);
    options.before_commit = gate_.Hook();
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
    usage_ = opened->usage;
    keys_ = opened->call_keys;
  }
  void SetUp() override { Reopen(); }

  std::future<absl::Status> Start(UsageBatch batch) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    usage_->AddUsage(std::move(batch),
                     [promise](absl::Status added) { promise->set_value(added); });
    return promise->get_future();
  }
  void Add(UsageBatch batch) {
    const absl::Status added = AddUsage(*usage_, std::move(batch));
    EXPECT_TRUE(added.ok()) << added;
  }
  std::vector<std::string> List(UsageQuery query) {
    if (query.first_day == 0) query.first_day = query.last_day = kDay;
    if (query.limit == 0) query.limit = 100;
    const auto rows = usage_->ListUsage(query);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> lines;
    for (const UsageCount& row : *rows) {
      lines.push_back(absl::StrCat(row.key.day, "/", row.key.caller, "/", row.key.account, "/",
                                   row.key.method.empty() ? "" : "method", "/",
                                   static_cast<int>(row.key.billing), "/", row.key.reason, "=",
                                   row.calls));
    }
    return lines;
  }
  std::vector<std::string> ByCaller() { return List({.by_caller = true}); }
  // Until retention has had its turns since: each reads the clock, and so does each pause.
  void AwaitTurns() {
    const int64_t before = clock_reads_;
    while (clock_reads_ < before + 12) std::this_thread::yield();
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  CommitGate gate_;
  std::atomic<int64_t> now_s_ = kDay * 86'400 + 1000;
  std::atomic<int64_t> clock_reads_ = 0;
  std::unique_ptr<EventLog> log_;
  Usage* usage_ = nullptr;
  CallKeys* keys_ = nullptr;
};

TEST_F(LogUsageTest, CountsAreAddedUpAndSurviveARestart) {
  Add({1, {{KeyOf("a"), 2}, {KeyOf("b"), 1}}});
  Add({2, {{KeyOf("a"), 40}}});
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=42", "0/b///0/=1"));
  Reopen();
  Add({1, {{KeyOf("a"), 100}}});
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=142", "0/b///0/=1")) << "a new process's first";
}

TEST_F(LogUsageTest, ABatchThatIsRepeatedIsAddedOnce) {
  const UsageBatch batch = {1, {{KeyOf("a"), 2}, {KeyOf("b"), 1}}};
  Add(batch);
  Add(batch);
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=2", "0/b///0/=1"));
  Add({2, {{KeyOf("a"), 1}}});
  Add({2, {{KeyOf("a"), 1}}});
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=3", "0/b///0/=1"));
}

TEST_F(LogUsageTest, RepeatsThatShareACommitAreAddedOnce) {
  gate_.Shut();
  auto first = Start({1, {{KeyOf("other"), 1}}});
  gate_.AwaitArrival();
  auto second = Start({2, {{KeyOf("a"), 2}}});
  auto again = Start({2, {{KeyOf("a"), 2}}});
  gate_.Open();
  for (auto* each : {&first, &second, &again}) EXPECT_TRUE(each->get().ok());
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=2", "0/other///0/=1"));
}

TEST_F(LogUsageTest, WhatIsGroupedByIsToldAndTheRestAddedUp) {
  Add({1,
       {{KeyOf("a"), 5},
        {KeyOf("a", Billing::kAnswered, "QUOTA_EXCEEDED"), 3},
        {KeyOf("a", Billing::kMayBeBilled, "UPSTREAM_TIMEOUT"), 2},
        {KeyOf("b", Billing::kSurelyNotBilled, "CIRCUIT_OPEN"), 1},
        {KeyOf("b", Billing::kAnswered, "", kDay + 1), 7}}});
  EXPECT_THAT(List({}), ElementsAre("0////0/=11"));
  EXPECT_THAT(List({.by_billing = true}), ElementsAre("0////1/=1", "0////2/=2", "0////3/=8"));
  EXPECT_THAT(List({.by_caller = true, .by_reason = true}),
              ElementsAre("0/a///0/=5", "0/a///0/QUOTA_EXCEEDED=3", "0/a///0/UPSTREAM_TIMEOUT=2",
                          "0/b///0/CIRCUIT_OPEN=1"));
  EXPECT_THAT(List({.first_day = kDay,
                    .last_day = kDay + 1,
                    .by_day = true,
                    .by_account = true,
                    .by_method = true}),
              ElementsAre(absl::StrCat(kDay, "//main/method/0/=11"),
                          absl::StrCat(kDay + 1, "//main/method/0/=7")));
  EXPECT_THAT(List({.first_day = kDay + 2, .last_day = kDay + 9, .by_caller = true}), IsEmpty());
}

TEST_F(LogUsageTest, PagesGoOnAfterTheirLastRow) {
  UsageBatch batch = {1, {}};
  for (int i = 0; i < 10; ++i) batch.counts.push_back({KeyOf(absl::StrCat("c", i)), i + 1});
  Add(batch);
  std::vector<std::string> all;
  UsageQuery query = {.by_caller = true, .limit = 3};
  query.first_day = query.last_day = kDay;
  for (;;) {
    const auto rows = usage_->ListUsage(query).value();
    for (const UsageCount& row : rows) all.push_back(absl::StrCat(row.key.caller, row.calls));
    if (rows.size() < 3) break;
    query.after = rows.back().key;
  }
  EXPECT_THAT(all,
              ElementsAre("c01", "c12", "c23", "c34", "c45", "c56", "c67", "c78", "c89", "c910"));
}

TEST_F(LogUsageTest, WhatSharesACommitWithAQuestionForAKeyIsKept) {
  const CallKey key = {"key.............", "content.........", "nobody.........."};
  const auto claim = [&] {
    auto done = std::make_shared<std::promise<absl::Status>>();
    keys_->Claim(key, absl::Seconds(60),
                 [done](absl::StatusOr<KeyClaim> claimed) { done->set_value(claimed.status()); });
    return done->get_future();
  };
  ASSERT_TRUE(claim().get().ok());
  std::promise<absl::Status> settled;
  keys_->Settle(key, {KeyEnd::Kind::kAnswered, "answer"},
                [&](absl::Status status) { settled.set_value(status); });
  ASSERT_TRUE(settled.get_future().get().ok());
  gate_.Shut();
  auto first = Start({1, {{KeyOf("a"), 1}}});
  gate_.AwaitArrival();
  auto question = claim();
  auto second = Start({2, {{KeyOf("a"), 1}}});
  gate_.Open();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(question.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=2"));
}

TEST_F(LogUsageTest, DaysThatAreTooOldAreRemovedOthersStay) {
  Add({1,
       {{KeyOf("a", Billing::kAnswered, "", kDay - 1), 1},
        {KeyOf("a", Billing::kAnswered, "", kDay), 1},
        {KeyOf("a", Billing::kAnswered, "", kDay + 2), 1}}});
  const UsageQuery all = {.first_day = 1, .last_day = 2 * kDay, .by_day = true, .limit = 10};
  AwaitTurns();
  EXPECT_THAT(List(all), SizeIs(3));
  now_s_ += 11 * 86'400;
  while (List(all).size() > 1) std::this_thread::yield();
  EXPECT_THAT(List(all), ElementsAre(absl::StrCat(kDay + 2, "////0/=1")));
  AwaitTurns();
  EXPECT_THAT(List(all), SizeIs(1));
}

TEST_F(LogUsageTest, AnEmptyBatchIsNothing) {
  Add({1, {}});
  Add({1, {{KeyOf("a"), 1}}});
  EXPECT_THAT(ByCaller(), ElementsAre("0/a///0/=1"));
}

}  // namespace
}  // namespace kyc::events
