// What the log forgets, and what it tells those who ask for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LogRetentionTest : public testing::Test {
 protected:
  void Open(const Retention& retention, absl::Duration notice = absl::ZeroDuration()) {
    log_.reset();
    EngineOptions options;
    options.clocks = [this] {
      ++clock_reads_;
      ClockReading reading = RightClocksAt(absl::FromUnixSeconds(now_s_));
      reading.wall += absl::Seconds(wall_error_s_.load());
      return reading;
    };
    options.boot_id = boot_id_;
    options.log = [this](absl::string_view line) {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.emplace_back(line);
    };
    options.retention = retention;
    options.trim_interval = absl::Milliseconds(1);
    options.trim_notice = notice;
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
  }
  // It trims by itself; a test that never ends has found that it does not.
  void AwaitOldest(int64_t sequence) {
    while (log_->ends().oldest.sequence < sequence) std::this_thread::yield();
  }
  // Appends one more event, and waits until retention has had its turns: each reads the clock, and
  // so does each pause.
  void AwaitTurns() {
    Append(*log_, absl::StrCat("turn", ++turns_), "approved");
    const int64_t before = clock_reads_;
    while (clock_reads_ < before + 6) std::this_thread::yield();
  }

  std::vector<std::string> lines() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
  }
  int64_t ReceivedTimeOf(int64_t sequence) {
    const auto page = log_->ReadAfter(log_->ends().oldest, 1000, {});
    for (const Event& event : page->events) {
      if (event.position.sequence == sequence) return event.event.received_time().seconds();
    }
    return 0;
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  std::string boot_id_ = "this boot";
  std::atomic<int64_t> wall_error_s_ = 0;
  int turns_ = 0;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::atomic<int64_t> clock_reads_ = 0;
  std::atomic<int64_t> now_s_ = 1'700'000'000;
  std::unique_ptr<EventLog> log_;
};

TEST_F(LogRetentionTest, OldEventsGoByAge) {
  Open({.age = absl::Seconds(10), .count = 1000, .reference_age = absl::Seconds(100)});
  Append(*log_, "R1", "approved");
  now_s_ += 8;
  Append(*log_, "R2", "approved");
  now_s_ += 8;
  AwaitOldest(1);
  EXPECT_THAT(ReadAll(*log_, log_->ends().oldest), ElementsAre("2:R2/approved@1"));
  EXPECT_FALSE((*log_->Latest("R1", "")).has_value());
}

TEST_F(LogRetentionTest, OldEventsGoByCount) {
  Open({.count = 2});
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  AwaitOldest(3);
  EXPECT_THAT(ReadAll(*log_, log_->ends().oldest),
              ElementsAre("4:R4/approved@1", "5:R5/approved@1"));
}

TEST_F(LogRetentionTest, MoreThanOneStepIsTrimmedToTheEnd) {
  Open({.count = 10});
  std::vector<Pending> pending;
  const int appended = 700;
  for (int i = 1; i <= appended; ++i) {
    pending.push_back(StartAppend(*log_, Notification(absl::StrCat("R", i), "approved")));
  }
  for (Pending& each : pending) ASSERT_TRUE(each.get().ok());
  AwaitOldest(appended - 10);
  EXPECT_EQ(ReadAll(*log_, log_->ends().oldest).size(), 10u);
}

TEST_F(LogRetentionTest, WhatIsDueIsToldFirstAndRemovedOnlyAfterTheNotice) {
  Open({.count = 2}, absl::Seconds(20));
  std::promise<int64_t> told;
  log_->SetOnTrimming([&](int64_t through) { told.set_value(through); });
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  std::future<int64_t> through = told.get_future();
  EXPECT_NE(through.wait_for(std::chrono::milliseconds(20)), std::future_status::ready);
  now_s_ += 10;
  const int64_t first = through.get();
  EXPECT_GE(first, 1);
  EXPECT_LE(first, 3);
  EXPECT_EQ(ReadAll(*log_).size(), 5u);
  // Whoever comes late is told at once, on its own thread.
  int64_t told_late = 0;
  log_->SetOnTrimming([&](int64_t late) { told_late = late; });
  EXPECT_EQ(told_late, first);
  now_s_ += 10;
  AwaitOldest(first);
  EXPECT_EQ(log_->ends().oldest.sequence, first);
}

TEST_F(LogRetentionTest, ReaderBehindTheOldestIsToldSo) {
  Open({.count = 1});
  Append(*log_, "R1", "approved");
  const std::string first = log_->CursorText(log_->ends().newest);
  for (int i = 2; i <= 4; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  AwaitOldest(3);

  const absl::Status read = log_->ReadAfter({}, 10, {}).status();
  EXPECT_EQ(read.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReasonOf(read), "CURSOR_EXPIRED");

  const absl::Status expired = log_->PositionFromText(first).status();
  EXPECT_EQ(expired.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReasonOf(expired), "CURSOR_EXPIRED");
  EXPECT_EQ(MetadataOf(expired, "oldestCursor"), log_->CursorText(log_->ends().oldest));
  EXPECT_EQ(MetadataOf(expired, "newestCursor"), log_->CursorText(log_->ends().newest));

  const absl::StatusOr<Position> oldest =
      log_->PositionFromText(MetadataOf(expired, "oldestCursor"));
  ASSERT_TRUE(oldest.ok()) << oldest.status();
  EXPECT_THAT(ReadAll(*log_, *oldest), ElementsAre("4:R4/approved@1"));
}

TEST_F(LogRetentionTest, ReaderThatRetentionOvertakesIsToldAndNeverSkips) {
  constexpr int kAppenders = 4;
  constexpr int kAppends = 250;  // Of each.
  constexpr int64_t kEvents = kAppenders * kAppends;
  Open({.count = 20});
  std::vector<std::thread> threads;
  for (int appender = 0; appender < kAppenders; ++appender) {
    threads.emplace_back([&, appender] {
      for (int i = 0; i < kAppends; ++i) {
        Append(*log_, absl::StrCat("R", appender, "-", i), "approved");
      }
    });
  }
  threads.emplace_back([&] {
    Position after;
    while (after.sequence < kEvents) {
      const absl::StatusOr<Page> page = log_->ReadAfter(after, 3, {});
      if (!page.ok()) {
        ASSERT_EQ(ReasonOf(page.status()), "CURSOR_EXPIRED") << page.status();
        after = log_->PositionFromText(MetadataOf(page.status(), "oldestCursor"))
                    .value_or(log_->ends().oldest);
        continue;
      }
      for (const Event& event : page->events) {
        ASSERT_EQ(event.event.sequence(), after.sequence + 1);
        after = event.position;
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(LogRetentionTest, LogTrimmedToNothingGoesOnWhereItWas) {
  Open({.age = absl::Seconds(10), .count = 1000, .reference_age = absl::Seconds(100)});
  Append(*log_, "R1", "approved");
  Append(*log_, "R2", "approved");
  const Position newest = log_->ends().newest;
  now_s_ += 20;
  AwaitOldest(2);
  EXPECT_EQ(log_->ends().oldest, newest);
  Open({.age = absl::Seconds(10), .count = 1000, .reference_age = absl::Seconds(100)});
  EXPECT_EQ(log_->ends().oldest, newest);
  EXPECT_EQ(log_->ends().newest, newest);
  EXPECT_EQ(*log_->Before(absl::InfinitePast()), newest);
  EXPECT_TRUE(log_->PositionFromText(log_->CursorText(newest)).ok());
  Append(*log_, "R3", "approved");
  EXPECT_THAT(ReadAll(*log_, newest), ElementsAre("3:R3/approved@1"));
}

TEST_F(LogRetentionTest, ReferenceOutlivesItsEventsUntilItsOwnAge) {
  Open({.age = absl::Seconds(10), .count = 1000, .reference_age = absl::Seconds(100)});
  Append(*log_, "R1", "approved");
  now_s_ += 20;
  AwaitOldest(1);
  EXPECT_TRUE(Append(*log_, "R1", "approved").repeat);
  EXPECT_EQ(Append(*log_, "R1", "rejected").revision, 2);
  now_s_ += 101;
  AwaitOldest(2);
  AwaitTurns();
  EXPECT_EQ(Append(*log_, "R1", "rejected").revision, 1);
}

TEST_F(LogRetentionTest, WhatIsRemovedIsCountedByWhy) {
  Open({.age = absl::Seconds(10), .count = 3, .reference_age = absl::Seconds(100)});
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  AwaitOldest(2);
  now_s_ += 20;
  AwaitOldest(5);
  EXPECT_EQ(metrics_.removed_by_count, 2);
  EXPECT_EQ(metrics_.removed_by_age, 3);
}

constexpr int64_t kDay = 24 * 60 * 60;
const Retention kUsual = {.age = absl::Hours(24 * 90), .count = 10'000};

TEST_F(LogRetentionTest, JumpOfTheWallClockRemovesAndLabelsNothing) {
  Open(kUsual);
  Append(*log_, "R1", "approved");
  wall_error_s_ = 91 * kDay;
  now_s_ += 38;
  AwaitTurns();
  const int64_t during = log_->ends().newest.sequence;
  wall_error_s_ = 0;
  now_s_ += 10;
  AwaitTurns();
  EXPECT_EQ(metrics_.removed_by_age, 0);
  EXPECT_TRUE((*log_->Latest("R1", "")).has_value());
  EXPECT_EQ(ReceivedTimeOf(during), now_s_ - 10);
  EXPECT_EQ(ReceivedTimeOf(log_->ends().newest.sequence), now_s_);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("the wall clock is off by 2184h"),
                                   HasSubstr("believed again")));
}

TEST_F(LogRetentionTest, RestartDuringAJumpKnowsTheTime) {
  Open(kUsual);
  Append(*log_, "R1", "approved");
  AwaitTurns();
  wall_error_s_ = 91 * kDay;
  Open(kUsual);
  AwaitTurns();
  EXPECT_EQ(metrics_.removed_by_age, 0);
  EXPECT_EQ(ReceivedTimeOf(log_->ends().newest.sequence), now_s_);
}

// Nothing tells a clock that is wrong at the boot from a long time off.
TEST_F(LogRetentionTest, StartLongAfterOrByAWrongClockWaitsForTheOperator) {
  Open(kUsual);
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  AwaitTurns();
  const int64_t newest = log_->ends().newest.sequence;
  log_.reset();
  now_s_ += 91 * kDay;
  boot_id_ = "another boot";
  Open(kUsual);
  while (metrics_.retention_waits != newest) std::this_thread::yield();
  AwaitTurns();
  EXPECT_EQ(metrics_.removed_by_age, 0);
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("retention waits: the clock is 2184h")));
  EXPECT_EQ(log_->ReleaseRetention().value(), newest);
  AwaitOldest(newest);
  EXPECT_EQ(metrics_.retention_waits, 0);
  EXPECT_EQ(metrics_.removed_by_age, newest);
}

TEST_F(LogRetentionTest, WhatWaitsGoesOnByItselfWhenTheClockComesBack) {
  Open(kUsual);
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  AwaitTurns();
  log_.reset();
  wall_error_s_ = 91 * kDay;
  boot_id_ = "another boot";
  Open(kUsual);
  while (metrics_.retention_waits == 0) std::this_thread::yield();
  wall_error_s_ = 0;
  AwaitTurns();
  now_s_ += 11 * 60;
  while (metrics_.retention_waits != 0) std::this_thread::yield();
  AwaitTurns();
  EXPECT_EQ(metrics_.removed_by_age, 0);
  EXPECT_EQ(log_->ReleaseRetention().value(), 0);
}

TEST_F(LogRetentionTest, SomeDaysOffAreMadeUpForByThemselves) {
  Open({.age = absl::Hours(24 * 90), .count = 10'000});
  for (int i = 1; i <= 90; ++i) {
    Append(*log_, absl::StrCat("R", i), "approved");
    now_s_ += kDay;
  }
  AwaitOldest(0);
  log_.reset();
  now_s_ += 3 * kDay;
  boot_id_ = "another boot";
  Open(kUsual);
  AwaitOldest(3);
  EXPECT_EQ(metrics_.retention_waits, 0);
}

}  // namespace
}  // namespace kyc::events
