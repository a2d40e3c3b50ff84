#include "server/events/postgres/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

using ::testing::HasSubstr;

class ImportTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteLog> OpenSource() {
    return SqliteLog::Open(OptionsAt(path_, metrics_)).value();
  }
  void Fill(int events) {
    const std::unique_ptr<SqliteLog> log = OpenSource();
    for (int i = 0; i < events; ++i) {
      Append(*log, absl::StrCat("R", i / 3), i % 3 == 1 ? "rejected" : "approved", "C1");
    }
    ASSERT_TRUE(Keep(*log, "{broken").ok());
    ASSERT_TRUE(Keep(*log, "{gone").ok());
    ASSERT_TRUE(Discard(*log, 2).ok());
    for (const char* key : {"answered", "running"}) {
      std::promise<KeyFound> claimed;
      log->Claim({key, "content", "subject"}, absl::Seconds(90),
                 [&](auto claim) { claimed.set_value(claim->found); });
      EXPECT_EQ(claimed.get_future().get(), KeyFound::kClaimed);
    }
    std::promise<absl::Status> settled;
    log->Settle({"answered", "content", "subject"}, {KeyEnd::Kind::kAnswered, "the answer"},
                [&](auto status) { settled.set_value(status); });
    EXPECT_TRUE(settled.get_future().get().ok());
    ASSERT_TRUE(Note(*log, {.caller = "ann", .act = "Get", .reference = "R1"}).ok());
    ASSERT_TRUE(Note(*log, {.caller = "bo", .act = "Get", .purpose = "complaint"}).ok());
    EXPECT_TRUE(AddUsage(*log, {1, {{{.day = today_, .caller = "app"}, 7}}}).ok());
    lines_ = ReadAll(*log);
    cursor_ = log->CursorText(log->ReadAfter({}, 2, {})->through);
    end_ = log->CursorText(log->ends().newest);
  }
  ImportOptions Options() {
    ImportOptions options;
    options.sqlite_path = path_;
    options.servers.hosts = HostsOf(servers_.dsn()).value();
    options.durability = {Durability::By::kStandbys, 1, servers_.names()};
    options.lookup_key = KeyNamed("lookup");
    options.events_per_partition = 10;
    options.step = 4;
    options.say_interval = absl::ZeroDuration();
    return options;
  }
  void ExpectMoved() {
    const auto log = OpenLog(OptionsOver(servers_, metrics_));
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(ReadAll(*log), lines_);
    const absl::StatusOr<Position> position = log->PositionFromText(cursor_);
    ASSERT_TRUE(position.ok()) << position.status();
    EXPECT_EQ(ReadAll(*log, *position).size(), lines_.size() - 2);
    EXPECT_EQ(log->PositionFromText(end_).value(), log->ends().newest);
    EXPECT_EQ(log->GetQuarantined(1)->body, "{broken");
    const auto claim = [&](const char* key) {
      std::promise<KeyClaim> claimed;
      log->Claim({key, "content", "subject"}, absl::Seconds(90),
                 [&](auto claim) { claimed.set_value(*std::move(claim)); });
      return claimed.get_future().get();
    };
    EXPECT_EQ(claim("answered").answer, "the answer");
    EXPECT_EQ(claim("running").found, KeyFound::kLost) << "nobody knows what became of it";
    ASSERT_TRUE(Note(*log, {.caller = "cy", .act = "Get", .reference = "R1"}).ok());
    EXPECT_TRUE(AddUsage(*log, {1, {{{.day = today_, .caller = "app"}, 1}}}).ok());
    const UsageQuery used = {.first_day = today_, .last_day = today_, .limit = 10};
    EXPECT_EQ(log->ListUsage(used)->front().calls, 8);
    const auto audit = log->ListAudit({.limit = 10});
    ASSERT_TRUE(audit.ok()) << audit.status();
    ASSERT_EQ(audit->entries.size(), 3u);
    EXPECT_EQ(audit->entries[1].purpose, "complaint");
    EXPECT_EQ(log->ListAudit({.reference = "R1", .limit = 10})->entries.back().caller, "ann");
    EXPECT_TRUE(Append(*log, "R0", "approved", "C1").repeat) << "its latest content";
    EXPECT_EQ(Append(*log, "R0", "other", "C1").revision, 4);
    ASSERT_TRUE(Keep(*log, "{another").ok());
    EXPECT_EQ(log->ListQuarantined(1, 10)->front().id, 3) << "an id is never used again";
  }

  const std::string path_ = NewPath();
  // Counts of long ago would be trimmed.
  const int64_t today_ = absl::ToUnixSeconds(absl::Now()) / (24 * 60 * 60);
  CountingMetrics metrics_;
  PostgresServers servers_{1};
  std::vector<std::string> lines_;
  std::string cursor_;
  std::string end_;
};

TEST_F(ImportTest, EverythingIsThereAndCursorsStayGood) {
  Fill(30);
  const absl::Status imported = Import(Options());
  ASSERT_TRUE(imported.ok()) << imported;
  ExpectMoved();
  EXPECT_THAT(Import(Options()).message(), HasSubstr("in use")) << "it is not made twice";
}

TEST_F(ImportTest, WhatWasBrokenOffGoesOnAndNobodyUsesItMeanwhile) {
  Fill(30);
  ImportOptions broken = Options();
  int told = 0;
  broken.say = [&](absl::string_view line) {
    if (!absl::StrContains(line, "%") || ++told != 4) return;
    servers_.Sql(0,
                 "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE "
                 "application_name = 'kyc-gateway import'");
  };
  EXPECT_EQ(ReasonOf(Import(broken)), "LOG_UNREACHABLE");
  PostgresLogOptions gateway = OptionsOver(servers_, metrics_);
  EXPECT_THAT(PostgresLog::Open(std::move(gateway)).status().message(),
              HasSubstr("an import that has not ended"));
  const absl::Status imported = Import(Options());
  ASSERT_TRUE(imported.ok()) << imported;
  ExpectMoved();
}

TEST_F(ImportTest, ALogThatIsTrimmedKeepsItsPlace) {
  {
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.writer.retention.count = 3;
    options.writer.trim_interval = absl::Milliseconds(1);
    const std::unique_ptr<SqliteLog> log = SqliteLog::Open(std::move(options)).value();
    for (int i = 1; i <= 8; ++i) Append(*log, absl::StrCat("R", i), "approved");
    std::atomic<int64_t>& removed = metrics_.removed_by_count;
    for (int64_t seen = removed; seen < 5; seen = removed) removed.wait(seen);
  }
  ASSERT_TRUE(Import(Options()).ok());
  const auto log = OpenLog(OptionsOver(servers_, metrics_));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->ends().oldest.sequence, 5);
  EXPECT_EQ(ReadAll(*log, log->ends().oldest).size(), 3u);
  EXPECT_TRUE(Append(*log, "R1", "approved").repeat) << "its reference is remembered";
  EXPECT_EQ(Append(*log, "R9", "approved").sequence, 9);
}

TEST_F(ImportTest, LogsThatDoNotGoTogetherAreRefused) {
  Fill(3);
  ImportOptions other_key = Options();
  other_key.lookup_key = KeyNamed("other");
  EXPECT_THAT(Import(other_key).message(), HasSubstr("another look-up key"));
  {
    const std::unique_ptr<SqliteLog> running = OpenSource();
    EXPECT_EQ(Import(Options()).code(), absl::StatusCode::kFailedPrecondition);
  }
  ASSERT_NE(OpenLog(OptionsOver(servers_, metrics_)), nullptr);
  EXPECT_THAT(Import(Options()).message(), HasSubstr("another log"));
}

}  // namespace
}  // namespace kyc::events::postgres
