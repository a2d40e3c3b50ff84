// A disk that takes no more: nothing is promised, nothing is lost, and it heals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "absl/strings/match.h"
#include "server/call/error.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;

// While it lives, no file of this process can be written beyond its first page, or so many bytes.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes = 4096) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

class SqliteLogFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.writer.before_commit = gate_.Hook();
    log_ = SqliteLog::Open(std::move(options)).value();
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  CommitGate gate_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(SqliteLogFaultTest, FailedCommitAnswersAllThatWaitedWithUnavailable) {
  Append(*log_, "R1", "approved");
  const Ends before = log_->ends();
  gate_.Shut();
  std::vector<Pending> pending;
  pending.push_back(StartAppend(*log_, Notification("R2", "approved")));
  gate_.AwaitArrival();
  for (const char* status : {"approved", "rejected", "approved"}) {
    pending.push_back(StartAppend(*log_, Notification("R3", status)));
  }
  {
    FullDisk full;
    gate_.Open();
    for (Pending& each : pending) {
      const absl::Status status = each.get().status();
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      EXPECT_EQ(ReasonOf(status), "LOG_UNAVAILABLE");
    }
    EXPECT_EQ(log_->ends().newest, before.newest);
    EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1")) << "reading goes on";
  }
}

TEST_F(SqliteLogFaultTest, WriterHealsWhenTheFaultEnds) {
  Append(*log_, "R1", "approved");
  for (int round = 0; round < 3; ++round) {
    FullDisk full;
    EXPECT_FALSE(TryAppend(*log_, Notification("R2", "approved")).ok());
    EXPECT_FALSE(Keep(*log_, "body").ok());
  }
  EXPECT_EQ(Append(*log_, "R2", "approved").revision, 1);
  EXPECT_EQ(Append(*log_, "R2", "rejected").revision, 2);
  EXPECT_TRUE(Keep(*log_, "body").ok());
  log_.reset();
  SetUp();
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1", "2:R2/approved@1", "3:R2/rejected@2"));
  EXPECT_EQ(log_->ListQuarantined(0, 10)->size(), 1u);
}

TEST_F(SqliteLogFaultTest, WhatIsFullOnlyForSomeIsOneFaultUntilThereIsRoom) {
  log_.reset();
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  std::atomic<int> faults = 0;
  options.writer.log = [&](absl::string_view line) {
    if (absl::StrContains(line, "cannot be written")) ++faults;
  };
  options.writer.probe_interval = absl::ZeroDuration();
  log_ = SqliteLog::Open(std::move(options)).value();
  ::netzme::v1::UpgradeEvent large = Notification("R1", "approved");
  large.set_raw_body(std::string(2 << 20, 'b'));
  {
    FullDisk full(1 << 20);
    for (int i = 0; i < 20; ++i) {
      EXPECT_FALSE(TryAppend(*log_, large).ok());
      EXPECT_FALSE(log_->writable());
    }
    EXPECT_EQ(faults, 1);
  }
  while (!log_->writable()) std::this_thread::yield();
  Append(*log_, "R2", "approved");
}

}  // namespace
}  // namespace kyc::events
