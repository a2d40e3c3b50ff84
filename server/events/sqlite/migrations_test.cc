// An older version's file becomes the newest one's, whole or not at all.
#include "server/events/sqlite/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/crypto/sealer.h"
#include "server/events/cursor_errors.h"
#include "server/events/place.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

TEST_F(MigrationsTest, ALookSaysWhatTheStartWouldRefuse) {
  const auto look = [this](const char* lookup, const char* sealing) {
    Database database = Database::Open(path_, Database::Use::kRead).value();
    return CheckSchema(database, LogKeys(KeyNamed(lookup)),
                       crypto::Sealer::Make({{.id = 1, .key = KeyNamed(sealing)}}).value());
  };
  const auto good = look("lookup", "sealing");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(*good, kNow);
  EXPECT_THAT(look("another", "sealing").status().message(), HasSubstr("another look-up key"));
  EXPECT_THAT(look("lookup", "another").status().message(), HasSubstr("sealed with key id 1"));
  ASSERT_TRUE(PrepareWith({.newest = kNow + 1, .migrations = {{kNow, kAddColumn}}}).ok());
  EXPECT_THAT(look("lookup", "sealing").status().message(), HasSubstr("newer version"));
}

TEST_F(MigrationsTest, OlderFileTakesEveryStepInOrderAndTheOperatorIsTold) {
  const auto log_id = PrepareWith(
      {.newest = kNow + 2,
       .migrations = {{kNow - 1, "no SQL"}, {kNow, kAddColumn}, {kNow + 1, kFillColumn}}});
  ASSERT_TRUE(log_id.ok()) << log_id.status();
  EXPECT_EQ(Query("PRAGMA user_version"), kNow + 2);
  EXPECT_EQ(Query("SELECT SUM(origin) FROM event"), 7 + 1 + 7 + 2);
  EXPECT_THAT(said_,
              ElementsAre(absl::StrCat("event log migrated from schema ", kNow, " to ", kNow + 2)));
  const absl::Status older_program = SqliteLog::Open(OptionsAt(path_, metrics_)).status();
  EXPECT_THAT(std::string(older_program.message()),
              HasSubstr(absl::StrCat("newer version (schema ", kNow + 2)));
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
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("too old (schema ", kNow, ")")));
  EXPECT_TRUE(SqliteLog::Open(OptionsAt(path_, metrics_)).ok());
}

TEST_F(MigrationsTest, FailingRowsLeaveTheFileAsItWas) {
  const auto log_id =
      PrepareWith({.newest = kNow + 1,
                   .migrations = {{kNow, kAddColumn, [](Database&, const LogIdentity&, const Say&) {
                                     return absl::UnavailableError("a full disk");
                                   }}}});
  EXPECT_TRUE(absl::IsUnavailable(log_id.status())) << log_id.status();
  EXPECT_EQ(Query("PRAGMA user_version"), kNow);
  EXPECT_TRUE(SqliteLog::Open(OptionsAt(path_, metrics_)).ok());
}

TEST_F(MigrationsTest, OpeningTellsWhatItFound) {
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.say = [this](absl::string_view line) { said_.emplace_back(line); };
  const auto log = SqliteLog::Open(std::move(options));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_THAT(said_[0], HasSubstr(absl::StrCat("schema ", kNow, ", events 1 to 2")));
}

// A file that an older version wrote.
class OldFileTest : public testing::Test {
 protected:
  OldFileTest() {
    Execute(Contents("server/events/sqlite/testdata/schema_3.sql"));
    Database database = Database::Open(path_, Database::Use::kWrite).value();
    EXPECT_TRUE(database.UseWriteAheadLog().ok());
  }
  void Execute(const std::string& sql) {
    const absl::Status status =
        Database::Open(path_, Database::Use::kCreate).value().Execute(sql.c_str());
    ASSERT_TRUE(status.ok()) << status;
  }
  std::unique_ptr<SqliteLog> Open() {
    auto log = SqliteLog::Open(OptionsAt(path_, metrics_));
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  static ::netzme::v1::UpgradeEvent Of(const std::string& account, const std::string& reference,
                                       const std::string& status) {
    ::netzme::v1::UpgradeEvent event = Notification(reference, status, "C-" + reference);
    event.set_account(account);
    return event;
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
};

TEST_F(OldFileTest, EveryEventIsReadAsBefore) {
  const auto log = Open();
  const auto page = log->ReadAfter(log->ends().oldest, 100, {});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Lines(page->events), ElementsAre("3:R3/approved@1", "4:R3/rejected@2",
                                               "5:R4/approved@1", "6:R4/rejected@2"));
  EXPECT_EQ(page->events[0].event.type(), "upgrade_account");
  EXPECT_EQ(page->events[1].event.type(), "cdd");
  EXPECT_EQ(page->events[1].event.account(), "second");
  EXPECT_EQ(log->GetQuarantined(1)->body, "no JSON");
  EXPECT_EQ(log->GetQuarantined(1)->owner.kind, QuarantinedKind::kNotification);
  EXPECT_FALSE(log->GetQuarantined(1)->redriven.has_value());
}

TEST_F(OldFileTest, NothingOfItsTypesIsLeftInClear) {
  EXPECT_THAT(Contents(path_), HasSubstr("upgrade_account"));
  Open();
  EXPECT_THAT(Contents(path_), Not(HasSubstr("upgrade_account")));
  EXPECT_THAT(Contents(path_), Not(HasSubstr("cdd")));
}

TEST_F(OldFileTest, ItIsFoundByEveryFilter) {
  const auto log = Open();
  ::netzme::v1::UpgradeFilter filter;
  filter.add_types("cdd");
  EXPECT_THAT(ReadAll(*log, log->ends().oldest, filter), ElementsAre("4:R3/rejected@2"));
  filter.Clear();
  filter.add_accounts("main");
  filter.add_original_reference_nos("R3");
  EXPECT_THAT(ReadAll(*log, log->ends().oldest, filter), ElementsAre("3:R3/approved@1"));
  EXPECT_EQ((*log->Latest("R3", "second"))->event.sequence(), 4);
}

TEST_F(OldFileTest, ItsCursorsStayGood) {
  const LogIdentity old{Database::Open(path_, Database::Use::kRead)
                            .value()
                            .QueryBytes("SELECT log_id FROM log")
                            .value(),
                        LogKeys(KeyNamed("lookup")),
                        crypto::Sealer::Make({{.id = 1, .key = KeyNamed("sealing")}}).value()};
  const std::string chain = Database::Open(path_, Database::Use::kRead)
                                .value()
                                .QueryBytes("SELECT chain FROM event WHERE sequence = 4")
                                .value();
  const std::string cursor =
      CursorTextOf(old, PositionOf({.sequence = 4, .chain = chain, .received_time_us = 0}));
  const auto log = Open();
  const absl::StatusOr<Position> position = log->PositionFromText(cursor);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_THAT(ReadAll(*log, *position), ElementsAre("5:R4/approved@1", "6:R4/rejected@2"));
}

TEST_F(OldFileTest, NotificationsAreJudgedByAccount) {
  const auto log = Open();
  const auto append = [&log](const std::string& account, const std::string& reference,
                             const std::string& status) {
    return TryAppend(*log, Of(account, reference, status)).value().revision;
  };
  EXPECT_EQ(append("main", "R4", "approved"), 3);
  EXPECT_EQ(append("main", "R3", "rejected"), 2);
  EXPECT_EQ(append("second", "R3", "approved"), 3);
  EXPECT_EQ(append("second", "R4", "approved"), 1);
}

// Whose it was is not known any more, and a repeat would be answered for an event that may never
// have been the account's.
TEST_F(OldFileTest, TrimmedReferenceGoesOnButIsNobodysRepeat) {
  const auto log = Open();
  EXPECT_TRUE(*log->WasRemoved("R1", ""));
  EXPECT_TRUE(*log->WasRemoved("R1", "main"));
  const Appended appended = TryAppend(*log, Of("main", "R1", "approved")).value();
  EXPECT_FALSE(appended.repeat);
  EXPECT_EQ(appended.revision, 2);
  EXPECT_TRUE(TryAppend(*log, Of("main", "R1", "approved"))->repeat);
}

TEST_F(OldFileTest, DamagedRowDoesNotLockUpTheOthers) {
  Execute("UPDATE event SET sealed_fields = zeroblob(60) WHERE sequence = 4");
  const auto log = Open();
  EXPECT_EQ(ReasonOf(log->ReadAfter(log->ends().oldest, 100, {}).status()), "LOG_DAMAGED");
  EXPECT_EQ((*log->Latest("R4", "main"))->event.sequence(), 6);
}

TEST_F(OldFileTest, MissingSealingKeyIsRefusedAndTheFileLeftAsItWas) {
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.sealing_keys[0] = {.id = 2, .key = KeyNamed("second")};
  EXPECT_FALSE(SqliteLog::Open(std::move(options)).ok());
  Open();
}

TEST_F(OldFileTest, Version2IsMigratedThroughEveryStep) {
  Execute(
      "CREATE INDEX event_by_received_time ON event (received_time_us); PRAGMA user_version = 2");
  const auto log = Open();
  EXPECT_EQ(ReadAll(*log, log->ends().oldest).size(), 4u);
  Database database = Database::Open(path_, Database::Use::kRead).value();
  EXPECT_EQ(database.QueryInteger("PRAGMA user_version").value(), kSchemaVersion);
  EXPECT_EQ(
      database
          .QueryInteger("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'event_by_received_time'")
          .value(),
      0);
  EXPECT_TRUE(Note(*log, {.caller = "ann", .act = "Get"}).ok());
  EXPECT_EQ(log->ListAudit({.limit = 10})->entries.size(), 1u);
  EXPECT_TRUE(AddUsage(*log, {1, {{{.day = 1, .caller = "app"}, 7}}}).ok());
}

// Version 1 had a row for every reference, also for those whose events are kept.
TEST_F(OldFileTest, EventsOfVersion1AreJudgedByThemselves) {
  Execute(
      "CREATE INDEX event_by_received_time ON event (received_time_us); "
      "INSERT OR REPLACE INTO reference SELECT reference_digest, revision, status, content_digest, "
      "sequence, received_time_us FROM event; PRAGMA user_version = 1");
  const auto log = Open();
  EXPECT_EQ(TryAppend(*log, Of("main", "R4", "approved"))->revision, 3);
  EXPECT_EQ(TryAppend(*log, Of("main", "R5", "approved"))->revision, 1);
}

}  // namespace
}  // namespace kyc::events
