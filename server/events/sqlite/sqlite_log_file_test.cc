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

TEST_F(SqliteLogFileTest, NothingPersonalStandsInTheFiles) {
  std::unique_ptr<SqliteLog> log = Open().value();
  ::netzme::v1::UpgradeEvent event = Notification("REFERENCE-1", "status-text", "CUSTOMER-1");
  event.set_type("type-text");
  event.add_reject_reasons("reject-reason");
  event.add_benefits("benefit-text");
  event.set_mother_maiden_name("mother-name");
  event.set_identification_card_image_url("https://card-image");
  event.set_selfie_image_url("https://selfie-image");
  event.set_raw_body("raw-body-text");
  event.set_account("account-name");
  ASSERT_TRUE(TryAppend(*log, event).ok());
  ASSERT_TRUE(Keep(*log, "quarantined-body-text").ok());

  const std::string open = Contents(path_) + Contents(path_ + "-wal");
  log.reset();
  const std::string closed = Contents(path_);
  for (const std::string& bytes : {open, closed}) {
    EXPECT_THAT(bytes, HasSubstr("4000000 Bad Request")) << "the search finds what is there";
    for (const char* personal :
         {"type-text", "REFERENCE-1", "CUSTOMER-1", "status-text", "reject-reason", "benefit-text",
          "mother-name", "card-image", "selfie-image", "raw-body-text", "account-name",
          "quarantined-body-text"}) {
      EXPECT_THAT(bytes, Not(HasSubstr(personal)));
    }
  }
}

TEST_F(SqliteLogFileTest, FileInUseIsRefused) {
  std::unique_ptr<SqliteLog> log = Open().value();
  ExpectRefused(Open().status(), "in use by another gateway");
  log.reset();
  EXPECT_TRUE(Open().ok());
}

TEST_F(SqliteLogFileTest, AnotherLookupKeyIsRefused) {
  MakeLog();
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.lookup_key = KeyNamed("another");
  ExpectRefused(SqliteLog::Open(std::move(options)).status(), "another look-up key");
}

TEST_F(SqliteLogFileTest, ShortLookupKeyIsRefused) {
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.lookup_key = Secret("short");
  EXPECT_EQ(SqliteLog::Open(std::move(options)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SqliteLogFileTest, MissingSealingKeyIsRefused) {
  MakeLog();
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.sealing_keys[0] = {.id = 2, .key = KeyNamed("second")};
  ExpectRefused(SqliteLog::Open(std::move(options)).status(), "sealed with key id 1");
}

TEST_F(SqliteLogFileTest, AnotherKeyUnderTheSameIdIsRefused) {
  MakeLog();
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.sealing_keys[0].key = KeyNamed("second");
  ExpectRefused(SqliteLog::Open(std::move(options)).status(), "sealed with key id 1");
}

TEST_F(SqliteLogFileTest, OldSealingKeyIsNeededUntilWhatItSealedIsGone) {
  MakeLog();
  const auto open_with = [this](bool old_key_too, int64_t keep) {
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    const crypto::SealingKey old_key = options.sealing_keys[0];
    options.sealing_keys = {{.id = 2, .key = KeyNamed("second")}};
    if (old_key_too) options.sealing_keys.push_back(old_key);
    options.writer.retention.count = keep;
    return SqliteLog::Open(std::move(options));
  };
  std::unique_ptr<SqliteLog> log = open_with(true, 1000).value();
  Append(*log, "R3", "approved");
  EXPECT_EQ(ReadAll(*log).size(), 3u) << "both keys open what they sealed";
  log.reset();
  ExpectRefused(open_with(false, 1000).status(), "sealed with key id 1");

  log = open_with(true, 1).value();
  while (log->ends().oldest.sequence < 2) std::this_thread::yield();
  log.reset();
  EXPECT_TRUE(open_with(false, 1000).ok());
}

TEST_F(SqliteLogFileTest, NewerSchemaIsRefused) {
  MakeLog();
  Tamper("PRAGMA user_version = 6");
  ExpectRefused(Open().status(), "newer version (schema 6, this one knows 5)");
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

TEST_F(SqliteLogFileTest, SealedTextInAnotherPlaceDoesNotOpen) {
  MakeLog();
  Tamper(
      "UPDATE event SET sealed_fields = (SELECT sealed_fields FROM event WHERE sequence = 2) "
      "WHERE sequence = 1");
  std::unique_ptr<SqliteLog> log = Open().value();
  const absl::Status status = log->ReadAfter({}, 10, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
  EXPECT_TRUE((*log->Latest("R2", "")).has_value()) << "other events are still read";
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
