// The file: what can be read in it, and which files are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SqliteLogFileTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<SqliteLog>> Open() {
    return SqliteLog::Open(OptionsAt(path_, metrics_));
  }
  // Makes a log with two events.
  void MakeLog() {
    std::unique_ptr<SqliteLog> log = Open().value();
    Append(*log, "R1", "approved");
    Append(*log, "R2", "rejected");
  }
  // Changes the file as no log would.
  void Tamper(const char* sql) {
    Database database = Database::Open(path_, Database::Use::kCreate).value();
    const absl::Status status = database.Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  void ExpectRefused(const absl::Status& status, const std::string& why) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
};

TEST_F(SqliteLogFileTest, FileInUseIsRefused) {
  std::unique_ptr<SqliteLog> log = Open().value();
  ExpectRefused(Open().status(), "in use by another gateway");
  log.reset();
  EXPECT_TRUE(Open().ok());
}

TEST_F(SqliteLogFileTest, AnotherApplicationsFileIsRefusedAndLeftAsItWas) {
  Tamper("CREATE TABLE theirs (a)");
  const std::string before = Contents(path_);
  ExpectRefused(Open().status(), "another application");
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteLogFileTest, BrokenChainIsRefused) {
  MakeLog();
  Tamper("UPDATE event SET received_time_us = received_time_us + 1 WHERE sequence = 1");
  ExpectRefused(Open().status(), "chain");
}

TEST_F(SqliteLogFileTest, DamagedPagesAreRefused) {
  MakeLog();
  // The last page's header: a leaf of some table or index.
  std::string bytes = Contents(path_);
  bytes.replace(bytes.size() - 4096, 16, std::string(16, '\xff'));
  FILE* file = std::fopen(path_.c_str(), "wb");
  ASSERT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
  std::fclose(file);
  ExpectRefused(Open().status(), "damaged");
  ExpectRefused(Open().status(), "restore it with its -wal from a backup");
}

TEST_F(SqliteLogFileTest, FileThatIsNoDatabaseIsRefusedAndLeftAsItWas) {
  const std::string garbage(10'000, 'x');
  FILE* file = std::fopen(path_.c_str(), "wb");
  ASSERT_EQ(std::fwrite(garbage.data(), 1, garbage.size(), file), garbage.size());
  std::fclose(file);
  ExpectRefused(Open().status(), "damaged");
  ExpectRefused(Open().status(), "restore it with its -wal from a backup");
  EXPECT_EQ(Contents(path_), garbage);
}

// Root may write everywhere, so a child gives up its rights first.
TEST_F(SqliteLogFileTest, DirectoryThatCannotBeWrittenIsUnavailable) {
  const std::string directory = path_ + "-directory";
  ASSERT_EQ(mkdir(directory.c_str(), 0500), 0);
  const pid_t child = fork();
  if (child == 0) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    if (syscall(SYS_capset, &header, none) != 0) _exit(2);
    const absl::Status status =
        SqliteLog::Open(OptionsAt(directory + "/log.db", metrics_)).status();
    _exit(absl::IsUnavailable(status) && absl::StrContains(status.message(), "cannot be opened")
              ? 0
              : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_TRUE(WIFEXITED(result));
  EXPECT_EQ(WEXITSTATUS(result), 0);
}

}  // namespace
}  // namespace kyc::events
