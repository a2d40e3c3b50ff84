// Cursors as a log reads them: from this history, or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "server/call/error.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;

class SqliteLogCursorTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteLog> Open(const std::string& path) {
    return SqliteLog::Open(OptionsAt(path, metrics_)).value();
  }
  std::string NewestCursor(const SqliteLog& log) { return log.CursorText(log.ends().newest); }

  void ExpectFault(const SqliteLog& log, const std::string& cursor, absl::StatusCode code,
                   const std::string& reason) {
    const absl::Status status = log.PositionFromText(cursor).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(MetadataOf(status, "oldestCursor"), log.CursorText(log.ends().oldest));
    EXPECT_EQ(MetadataOf(status, "newestCursor"), NewestCursor(log));
  }

  CountingMetrics metrics_;
};

TEST_F(SqliteLogCursorTest, EachPositionComesBackAndResumesAfterItself) {
  std::unique_ptr<SqliteLog> log = Open(NewPath());
  const std::string empty = NewestCursor(*log);
  Append(*log, "R1", "approved");
  const std::string first = NewestCursor(*log);
  Append(*log, "R2", "approved");

  EXPECT_THAT(ReadAll(*log, *log->PositionFromText(empty)),
              ElementsAre("1:R1/approved@1", "2:R2/approved@1"));
  EXPECT_THAT(ReadAll(*log, *log->PositionFromText(first)), ElementsAre("2:R2/approved@1"));
  EXPECT_EQ(*log->PositionFromText(NewestCursor(*log)), log->ends().newest);
}

TEST_F(SqliteLogCursorTest, GarbledCursorIsInvalid) {
  std::unique_ptr<SqliteLog> log = Open(NewPath());
  Append(*log, "R1", "approved");
  std::string garbled = NewestCursor(*log);
  garbled[10] = garbled[10] == 'A' ? 'B' : 'A';
  ExpectFault(*log, garbled, absl::StatusCode::kInvalidArgument, "CURSOR_INVALID");
  ExpectFault(*log, "", absl::StatusCode::kInvalidArgument, "CURSOR_INVALID");
}

TEST_F(SqliteLogCursorTest, CursorOfAnotherLogIsForeign) {
  std::unique_ptr<SqliteLog> log = Open(NewPath());
  std::unique_ptr<SqliteLog> other = Open(NewPath());
  Append(*log, "R1", "approved");
  Append(*other, "R1", "approved");
  ExpectFault(*log, NewestCursor(*other), absl::StatusCode::kFailedPrecondition, "CURSOR_FOREIGN");
}

TEST_F(SqliteLogCursorTest, CopyThatWentItsOwnWayKnowsOnlyTheCommonPast) {
  const std::string path = NewPath();
  const std::string copy_path = NewPath();
  std::unique_ptr<SqliteLog> log = Open(path);
  Append(*log, "R1", "approved");
  const std::string common = NewestCursor(*log);
  log.reset();
  std::filesystem::copy_file(path, copy_path);

  log = Open(path);
  std::unique_ptr<SqliteLog> copy = Open(copy_path);
  EXPECT_TRUE(copy->PositionFromText(common).ok());
  Append(*log, "R2", "approved");
  const std::string after = NewestCursor(*log);
  ExpectFault(*copy, after, absl::StatusCode::kOutOfRange, "CURSOR_AHEAD");

  Append(*copy, "R2", "approved");
  ExpectFault(*copy, after, absl::StatusCode::kFailedPrecondition, "CURSOR_FOREIGN");
  Append(*copy, "R3", "approved");
  ExpectFault(*copy, after, absl::StatusCode::kFailedPrecondition, "CURSOR_FOREIGN");
  EXPECT_TRUE(copy->PositionFromText(common).ok());
  EXPECT_TRUE(log->PositionFromText(after).ok());
}

}  // namespace
}  // namespace kyc::events
