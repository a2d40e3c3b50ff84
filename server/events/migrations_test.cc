// An older version's file becomes the newest one's, whole or not at all.
#include "server/events/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/crypto/sealer.h"
#include "server/events/log_testing.h"
#include "server/events/schema.h"
#include "server/events/sqlite_log.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A file of today's schema with two events, before a program that knows newer ones.
class MigrationsTest : public testing::Test {
 protected:
  MigrationsTest() {
    const auto log = SqliteLog::Open(OptionsAt(path_, metrics_)).value();
    Append(*log, "R1", "approved");
    Append(*log, "R2", "rejected");
  }

  absl::StatusOr<std::string> PrepareWith(const SchemaHistory& history) {
    Database database = Database::Open(path_, Database::Use::kWrite).value();
    return PrepareSchema(
        database, LogKeys(KeyNamed("lookup")),
        crypto::Sealer::Make({{.id = 1, .key = KeyNamed("sealing")}}).value(),
        [this](absl::string_view line) { said_.emplace_back(line); }, history);
  }
  int64_t Query(absl::string_view sql) {
    return Database::Open(path_, Database::Use::kRead).value().QueryInteger(sql).value();
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::vector<std::string> said_;
};

constexpr int kNow = kSchemaVersion;
constexpr char kAddColumn[] = "ALTER TABLE event ADD COLUMN origin INTEGER NOT NULL DEFAULT 7";
constexpr char kFillColumn[] =
    "UPDATE event SET origin = origin + sequence; CREATE INDEX event_by_origin ON event (origin)";

TEST_F(MigrationsTest, OlderFileTakesEveryStepInOrderAndTheOperatorIsTold) {
  const auto log_id = PrepareWith(
      {.newest = kNow + 2,
       .migrations = {{kNow - 1, "no SQL"}, {kNow, kAddColumn}, {kNow + 1, kFillColumn}}});
  ASSERT_TRUE(log_id.ok()) << log_id.status();
  EXPECT_EQ(Query("PRAGMA user_version"), kNow + 2);
  EXPECT_EQ(Query("SELECT SUM(origin) FROM event"), 7 + 1 + 7 + 2);
  EXPECT_THAT(said_, ElementsAre("event log migrated from schema 3 to 5"));
  const absl::Status older_program = SqliteLog::Open(OptionsAt(path_, metrics_)).status();
  EXPECT_THAT(std::string(older_program.message()), HasSubstr("newer version (schema 5"));
}

TEST_F(MigrationsTest, FileOfTheNewestSchemaIsLeftAlone) {
  ASSERT_TRUE(PrepareWith({.newest = kNow, .migrations = {{kNow, kAddColumn}}}).ok());
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(MigrationsTest, FailingStepLeavesTheFileAsItWas) {
  const auto log_id =
      PrepareWith({.newest = kNow + 2, .migrations = {{kNow, kAddColumn}, {kNow + 1, "no SQL"}}});
  EXPECT_FALSE(log_id.ok());
  EXPECT_THAT(said_, IsEmpty());
  const auto log = SqliteLog::Open(OptionsAt(path_, metrics_));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_THAT(ReadAll(**log), ElementsAre("1:R1/approved@1", "2:R2/rejected@1"));
}

TEST_F(MigrationsTest, FileTooOldForAnyStepIsRefused) {
  const absl::Status status =
      PrepareWith({.newest = kNow + 2, .migrations = {{kNow + 1, kFillColumn}}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("too old (schema 3)"));
  EXPECT_TRUE(SqliteLog::Open(OptionsAt(path_, metrics_)).ok());
}

TEST_F(MigrationsTest, EventsOfVersion1AreJudgedAsBefore) {
  {
    Database database = Database::Open(path_, Database::Use::kWrite).value();
    ASSERT_TRUE(database
                    .Execute("CREATE INDEX event_by_received_time ON event (received_time_us); "
                             "INSERT INTO reference SELECT reference_digest, revision, status, "
                             "content_digest, sequence, received_time_us FROM event; "
                             "PRAGMA user_version = 1")
                    .ok());
  }
  const auto log = SqliteLog::Open(OptionsAt(path_, metrics_)).value();
  EXPECT_TRUE(Append(*log, "R1", "approved").repeat);
  EXPECT_EQ(Append(*log, "R1", "rejected").revision, 2);
  EXPECT_TRUE(Append(*log, "R1", "rejected").repeat) << "the old row is not looked at";
  EXPECT_EQ(Append(*log, "R3", "approved").revision, 1);
}

TEST_F(MigrationsTest, IndexOfVersion2IsDropped) {
  ASSERT_TRUE(Database::Open(path_, Database::Use::kWrite)
                  .value()
                  .Execute("CREATE INDEX event_by_received_time ON event (received_time_us); "
                           "PRAGMA user_version = 2")
                  .ok());
  const auto log = SqliteLog::Open(OptionsAt(path_, metrics_)).value();
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R1/approved@1", "2:R2/rejected@1"));
  EXPECT_EQ(Query("PRAGMA user_version"), kNow);
  EXPECT_EQ(Query("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'event_by_received_time'"), 0);
}

TEST_F(MigrationsTest, OpeningTellsWhatItFound) {
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.say = [this](absl::string_view line) { said_.emplace_back(line); };
  const auto log = SqliteLog::Open(std::move(options));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_THAT(said_[0], HasSubstr("schema 3, events 1 to 2; its file is sound"));
}

}  // namespace
}  // namespace kyc::events
