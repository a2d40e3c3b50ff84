#include "server/events/sqlite/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class BackupTest : public testing::Test {
 protected:
  BackupTest() { Open(path_); }
  void Open(const std::string& path) {
    log_.reset();
    log_ = SqliteLog::Open(OptionsAt(path, metrics_)).value();
  }

  const std::string path_ = NewPath();
  const std::string copy_ = NewPath();
  CountingMetrics metrics_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(BackupTest, CopyHoldsWhatTheLogHeldAndGoesOn) {
  Append(*log_, "R1", "approved");
  Append(*log_, "R2", "approved");
  const std::string before = log_->CursorText(log_->ends().newest);
  const auto made = log_->BackUp(copy_, {});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->newest_sequence, 2);
  EXPECT_EQ(made->size_bytes, static_cast<int64_t>(fs::file_size(copy_)));
  Append(*log_, "R3", "approved");
  const std::string after = log_->CursorText(log_->ends().newest);

  Open(copy_);
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1", "2:R2/approved@1"));
  EXPECT_TRUE(log_->PositionFromText(before).ok());
  EXPECT_EQ(ReasonOf(log_->PositionFromText(after).status()), "CURSOR_AHEAD");
  Append(*log_, "R4", "approved");
  EXPECT_EQ(ReasonOf(log_->PositionFromText(after).status()), "CURSOR_FOREIGN");
  EXPECT_TRUE(Append(*log_, "R1", "approved").repeat);
}

TEST_F(BackupTest, FileIsItsOwnersOnlyAndNothingLiesBesideIt) {
  ASSERT_TRUE(log_->BackUp(copy_, {}).ok());
  struct stat found;
  ASSERT_EQ(stat(copy_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  for (const char* suffix : {"-wal", "-shm", "-journal", ".unfinished"}) {
    EXPECT_FALSE(fs::exists(copy_ + suffix)) << suffix;
    EXPECT_FALSE(fs::exists(copy_ + ".unfinished" + suffix)) << suffix;
  }
}

TEST_F(BackupTest, WhatIsThereIsLeftAsItIs) {
  FILE* file = std::fopen(copy_.c_str(), "w");
  std::fputs("theirs", file);
  std::fclose(file);
  EXPECT_EQ(ReasonOf(log_->BackUp(copy_, {}).status()), "BACKUP_EXISTS");
  EXPECT_EQ(Contents(copy_), "theirs");
}

TEST_F(BackupTest, RestOfOneThatWasKilledIsTakenOver) {
  FILE* file = std::fopen((copy_ + ".unfinished").c_str(), "w");
  std::fputs("half of it", file);
  std::fclose(file);
  EXPECT_TRUE(log_->BackUp(copy_, {}).ok());
  EXPECT_FALSE(fs::exists(copy_ + ".unfinished"));
}

TEST_F(BackupTest, FolderThatIsNotThereIsAFailure) {
  const absl::Status status = log_->BackUp(copy_ + "/none/file.db", {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(ReasonOf(status), "BACKUP_FAILED");
}

TEST_F(BackupTest, DamagedLogGivesNoBackup) {
  for (int i = 1; i <= 5; ++i) Append(*log_, absl::StrCat("R", i), "approved");
  ASSERT_TRUE(Database::Open(path_, Database::Use::kWrite)
                  .value()
                  .Execute("DELETE FROM event WHERE sequence = 3")
                  .ok());
  const absl::Status status = log_->BackUp(copy_, {}).status();
  EXPECT_EQ(ReasonOf(status), "BACKUP_FAILED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("events 3 to 3 are missing"));
  EXPECT_FALSE(fs::exists(copy_));
  EXPECT_FALSE(fs::exists(copy_ + ".unfinished"));
}

TEST_F(BackupTest, OneThatIsToldToStopLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  ::netzme::v1::UpgradeEvent large = Notification("R1", "approved");
  for (int i = 0; i < 40; ++i) {  // More than is copied at once.
    large.set_original_reference_no(absl::StrCat("R", i));
    large.set_raw_body(std::string(60'000, 'x'));
    ASSERT_TRUE(TryAppend(*log_, large).ok());
  }
  EXPECT_EQ(ReasonOf(log_->BackUp(copy_, stop.get_token()).status()), "BACKUP_FAILED");
  EXPECT_FALSE(fs::exists(copy_));
}

TEST_F(BackupTest, EveryCopyUnderLoadIsWhole) {
  std::atomic<bool> ends = false;
  std::thread writing([&] {
    for (int i = 0; !ends; ++i) {
      std::vector<Pending> pending;
      for (int k = 0; k < 50; ++k) {
        pending.push_back(StartAppend(*log_, Notification(absl::StrCat(i, "-", k), "approved")));
      }
      for (Pending& each : pending) ASSERT_TRUE(each.get().ok());
    }
  });
  int64_t newest = 0;
  for (int i = 0; i < 10; ++i) {
    const std::string copy = absl::StrCat(copy_, "-", i);
    const auto made = log_->BackUp(copy, {});
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_GE(made->newest_sequence, newest);
    newest = made->newest_sequence;
    const auto restored = SqliteLog::Open(OptionsAt(copy, metrics_));
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(static_cast<int64_t>(ReadAll(**restored).size()), newest);
  }
  ends = true;
  writing.join();
  EXPECT_GT(newest, 0);
}

}  // namespace
}  // namespace kyc::events
