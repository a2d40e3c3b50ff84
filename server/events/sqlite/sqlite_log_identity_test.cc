// The log is in one file, under the name that it was opened by, from start to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>

#include "server/call/error.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

namespace fs = std::filesystem;

class SqliteLogIdentityTest : public testing::Test {
 protected:
  SqliteLogIdentityTest() {
    Open(path_);
    Append(*log_, "R1", "approved");
  }
  void Open(const std::string& path) {
    SqliteLogOptions options = OptionsAt(path, metrics_);
    options.writer.trim_interval = absl::Milliseconds(1);
    options.writer.probe_interval = absl::Milliseconds(1);
    // It tells of each change.
    options.writer.log = [this](absl::string_view) {
      const std::lock_guard<std::mutex> lock(mutex_);
      told_.notify_all();
    };
    log_ = SqliteLog::Open(std::move(options)).value();
  }
  void ExpectRefused() {
    const absl::Status status = TryAppend(*log_, Notification("R2", "approved")).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(ReasonOf(status), "LOG_UNAVAILABLE");
    EXPECT_THAT(std::string(status.message()), HasSubstr("moved or removed"));
    EXPECT_FALSE(log_->writable());
  }
  void AwaitWritable(bool writable) {
    std::unique_lock<std::mutex> lock(mutex_);
    told_.wait(lock, [&] { return log_->writable() == writable; });
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(SqliteLogIdentityTest, NothingIsAcknowledgedOnceAFileIsRemoved) {
  std::remove(path_.c_str());
  std::remove((path_ + "-wal").c_str());
  std::remove((path_ + "-shm").c_str());
  ExpectRefused();
  ExpectRefused();
}

TEST_F(SqliteLogIdentityTest, RemovedFileIsNoticedWhileNothingArrives) {
  std::remove(path_.c_str());
  AwaitWritable(false);
}

// Each of the three belongs to it.
TEST_F(SqliteLogIdentityTest, MovedFileServesAgainOnceItIsBack) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::rename(path_ + suffix, path_ + "-elsewhere");
    ExpectRefused();
    fs::rename(path_ + "-elsewhere", path_ + suffix);
    AwaitWritable(true);
  }
  Append(*log_, "R3", "approved");
  log_.reset();
  log_ = SqliteLog::Open(OptionsAt(path_, metrics_)).value();
  // What was committed while it was elsewhere may come to light, once.
  EXPECT_FALSE(TryAppend(*log_, Notification("R4", "approved"))->repeat);
  EXPECT_TRUE(TryAppend(*log_, Notification("R3", "approved"))->repeat);
}

TEST_F(SqliteLogIdentityTest, CopyUnderItsNameIsNotTheFile) {
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1"));
  fs::copy_file(path_, path_ + "-copy");
  fs::rename(path_ + "-copy", path_);
  ExpectRefused();
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1")) << "what is open is read as before";
}

struct WrittenOver {
  const char* name;
  // What somebody does to the file. `older` is what it held before its newest events.
  std::function<void(const std::string& path, const std::string& older)> happens;
};

std::ostream& operator<<(std::ostream& out, const WrittenOver& over) { return out << over.name; }

class SqliteLogWrittenOverTest : public SqliteLogIdentityTest,
                                 public testing::WithParamInterface<WrittenOver> {};

TEST_P(SqliteLogWrittenOverTest, IsNoticedBeforeAnythingElseIsAcknowledged) {
  log_.reset();
  fs::copy_file(path_, path_ + "-older");
  Open(path_);
  for (int i = 0; i < 200; ++i) Append(*log_, "M" + std::to_string(i), "approved");
  log_.reset();  // All is in the file itself.
  Open(path_);
  GetParam().happens(path_, path_ + "-older");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(TryAppend(*log_, Notification("R2", "approved")).ok());
    EXPECT_FALSE(log_->writable());
  }
}

void Overwrite(const std::string& path, const std::string& with) {
  std::ifstream from(with, std::ios::binary);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << from.rdbuf();
}

INSTANTIATE_TEST_SUITE_P(
    InPlace, SqliteLogWrittenOverTest,
    testing::Values(WrittenOver{"CutToNothing",
                                [](const std::string& path, const std::string&) {
                                  fs::resize_file(path, 0);
                                }},
                    WrittenOver{"CutInTheMiddle",
                                [](const std::string& path, const std::string&) {
                                  fs::resize_file(path, fs::file_size(path) / 2 / 4096 * 4096);
                                }},
                    WrittenOver{"OlderCopy", Overwrite},
                    WrittenOver{"NoDatabase",
                                [](const std::string& path, const std::string& older) {
                                  std::ofstream(older, std::ios::trunc)
                                      << std::string(1 << 20, 'x');
                                  Overwrite(path, older);
                                }}),
    [](const auto& over) { return over.param.name; });

TEST_F(SqliteLogIdentityTest, FileThatIsWrittenOverIsNoticedWhileNothingArrives) {
  log_.reset();
  Open(path_);
  fs::resize_file(path_, 0);
  AwaitWritable(false);
  EXPECT_TRUE(log_->damaged());
}

TEST_F(SqliteLogIdentityTest, WriteAheadLogCutShortIsNoticedBeforeAnythingElseIsAcknowledged) {
  fs::resize_file(path_ + "-wal", 0);
  EXPECT_FALSE(TryAppend(*log_, Notification("R2", "approved")).ok());
  EXPECT_FALSE(log_->writable());
}

// As by an operator with SQLite's own program, or a tool that copies the write-ahead log elsewhere.
TEST_F(SqliteLogIdentityTest, CheckpointsOfOthersAreNoHarm) {
  for (const char* mode : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
    Append(*log_, std::string("before-") + mode, "approved");
    Database other = Database::Open(path_, Database::Use::kWrite).value();
    const std::string checkpoint = std::string("PRAGMA wal_checkpoint(") + mode + ")";
    EXPECT_TRUE(other.QueryInteger(checkpoint).ok());
    Append(*log_, std::string("after-") + mode, "approved");
  }
  EXPECT_THAT(ReadAll(*log_), SizeIs(9));
  EXPECT_FALSE(log_->damaged());
}

TEST_F(SqliteLogIdentityTest, SecondGatewayIsRefusedUnderEveryName) {
  fs::create_symlink(path_, path_ + "-symlink");
  fs::create_hard_link(path_, path_ + "-hardlink");
  for (const char* suffix : {"", "-symlink", "-hardlink"}) {
    const absl::Status status = SqliteLog::Open(OptionsAt(path_ + suffix, metrics_)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << suffix << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("in use by another gateway"));
  }
}

TEST_F(SqliteLogIdentityTest, SymbolicLinkLeadsToTheSameLog) {
  fs::create_symlink(path_, path_ + "-symlink");
  log_.reset();
  Open(path_ + "-symlink");
  Append(*log_, "R2", "approved");
  EXPECT_TRUE(fs::exists(path_ + "-wal"));
  fs::remove(path_ + "-symlink");
  ExpectRefused();
  fs::create_symlink(path_, path_ + "-symlink");
  AwaitWritable(true);
}

// Somebody else's long reading, like a backup by SQLite's own program.
TEST_F(SqliteLogIdentityTest, LongReaderMakesNobodyWait) {
  Database other = Database::Open(path_, Database::Use::kRead).value();
  absl::StatusOr<Transaction> reading = Transaction::Begin(other, Transaction::Kind::kRead);
  ASSERT_EQ(other.QueryInteger("SELECT COUNT(*) FROM event").value(), 1);
  const std::string body(200'000, 'x');
  int appended = 0;
  for (; metrics_.wal_bytes < 100 << 20; ++appended) {  // Far beyond where it would be emptied.
    ::netzme::v1::UpgradeEvent event = Notification("L" + std::to_string(appended), "approved");
    event.set_raw_body(body);
    ASSERT_TRUE(TryAppend(*log_, std::move(event)).ok());
  }
  for (int i = 0; i < 100; ++i) Append(*log_, "S" + std::to_string(i), "approved");
  EXPECT_GT(metrics_.vain_checkpoints, 0);
  EXPECT_LT(metrics_.vain_checkpoints, 20) << "of thousands of turns";
}

}  // namespace
}  // namespace kyc::events
