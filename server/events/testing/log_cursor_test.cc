// Cursors as a log reads them: from this history, or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;

class LogCursorTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> Open(Engine& engine) {
    absl::StatusOr<OpenedEngine> opened = engine.Open({}, metrics_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return std::move(opened->log);
  }
  std::string NewestCursor(const EventLog& log) { return log.CursorText(log.ends().newest); }

  void ExpectFault(const EventLog& log, const std::string& cursor, absl::StatusCode code,
                   const std::string& reason) {
    const absl::Status status = log.PositionFromText(cursor).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(MetadataOf(status, "oldestCursor"), log.CursorText(log.ends().oldest));
    EXPECT_EQ(MetadataOf(status, "newestCursor"), NewestCursor(log));
  }

  CountingMetrics metrics_;
  const std::unique_ptr<Engine> engine_ = NewEngine();
};

TEST_F(LogCursorTest, EachPositionComesBackAndResumesAfterItself) {
  const std::unique_ptr<EventLog> log = Open(*engine_);
  const std::string empty = NewestCursor(*log);
  Append(*log, "R1", "approved");
  const std::string first = NewestCursor(*log);
  Append(*log, "R2", "approved");

  EXPECT_THAT(ReadAll(*log, *log->PositionFromText(empty)),
              ElementsAre("1:R1/approved@1", "2:R2/approved@1"));
  EXPECT_THAT(ReadAll(*log, *log->PositionFromText(first)), ElementsAre("2:R2/approved@1"));
  EXPECT_EQ(*log->PositionFromText(NewestCursor(*log)), log->ends().newest);
}

TEST_F(LogCursorTest, GarbledCursorIsInvalid) {
  const std::unique_ptr<EventLog> log = Open(*engine_);
  Append(*log, "R1", "approved");
  std::string garbled = NewestCursor(*log);
  garbled[10] = garbled[10] == 'A' ? 'B' : 'A';
  ExpectFault(*log, garbled, absl::StatusCode::kInvalidArgument, "CURSOR_INVALID");
  ExpectFault(*log, "", absl::StatusCode::kInvalidArgument, "CURSOR_INVALID");
}

TEST_F(LogCursorTest, CursorOfAnotherLogIsForeign) {
  const std::unique_ptr<EventLog> log = Open(*engine_);
  const std::unique_ptr<Engine> another = NewEngine();
  const std::unique_ptr<EventLog> other = Open(*another);
  Append(*log, "R1", "approved");
  Append(*other, "R1", "approved");
  ExpectFault(*log, NewestCursor(*other), absl::StatusCode::kFailedPrecondition, "CURSOR_FOREIGN");
}

TEST_F(LogCursorTest, CopyThatWentItsOwnWayKnowsOnlyTheCommonPast) {
  std::unique_ptr<EventLog> log = Open(*engine_);
  Append(*log, "R1", "approved");
  const std::string common = NewestCursor(*log);
  log.reset();
  const std::unique_ptr<Engine> copied = engine_->Copy();

  log = Open(*engine_);
  const std::unique_ptr<EventLog> copy = Open(*copied);
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
