// What is this engine's own about forgetting; what every engine does, log_retention_test tells.
#include "server/events/sqlite/trimming.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <semaphore>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

class RetentionTest : public testing::Test {
 protected:
  void Open(const Retention& retention) {
    log_.reset();
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.writer.retention = retention;
    options.writer.trim_interval = absl::Milliseconds(1);
    absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(std::move(options));
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  // The writer trims by itself; a test that never ends has found that it does not.
  void AwaitOldest(int64_t sequence) {
    while (log_->ends().oldest.sequence < sequence) std::this_thread::yield();
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(RetentionTest, CountIsKeptUnderALoadThatNeverPauses) {
  constexpr int kCount = 1000;
  constexpr int kInFlight = 3000;
  Open({.count = kCount});
  std::counting_semaphore<> room(kInFlight);
  int64_t most = 0;  // Written on the log's thread only.
  for (int i = 0; i < 40'000; ++i) {
    room.acquire();
    log_->Append(Notification(absl::StrCat("R", i), "approved"), [&](absl::StatusOr<Appended>) {
      const Ends ends = log_->ends();
      most = std::max(most, ends.newest.sequence - ends.oldest.sequence);
      room.release();
    });
  }
  for (int i = 0; i < kInFlight; ++i) room.acquire();
  EXPECT_LE(most, kCount + 2 * kInFlight);
}

TEST_F(RetentionTest, TrimmedEventsLeaveNoBytesBehind) {
  Open({.count = 1});
  Append(*log_, "R1", "approved");
  const auto sealed = [this](int64_t sequence) {
    return Database::Open(path_, Database::Use::kRead)
        .value()
        .QueryBytes(absl::StrCat("SELECT sealed_fields FROM event WHERE sequence = ", sequence))
        .value();
  };
  const std::string first = sealed(1);
  Append(*log_, "R2", "approved");
  AwaitOldest(1);
  const std::string second = sealed(2);
  log_.reset();
  EXPECT_EQ(Contents(path_).find(first), std::string::npos);
  EXPECT_NE(Contents(path_).find(second), std::string::npos) << "the file was read";
}

}  // namespace
}  // namespace kyc::events
