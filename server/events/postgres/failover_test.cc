// Servers are killed, frozen, promoted and misled while events arrive: what was answered is kept,
// once, without a gap; and nothing is answered that could not be proven.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/appender.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

class FailoverTest : public testing::Test {
 protected:
  PostgresLogOptions Options() {
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.log = lines_.Taker();
    return options;
  }
  // Whom the primary waits for from now on. Await it where that matters: sessions hear of it later.
  void SetNames(const std::string& names) {
    servers_.Sql(0, absl::StrCat("ALTER SYSTEM SET synchronous_standby_names = '", names, "'"));
    servers_.Sql(0, "SELECT pg_reload_conf()::text");
  }
  void AwaitStandbys(int number, const std::string& state) {
    servers_.Await(0, absl::StrCat("(SELECT count(*) = ", number,
                                   " FROM pg_stat_replication WHERE sync_state = '", state, "')"));
  }

  CountingMetrics metrics_;
  OperatorLines lines_;
  PostgresServers servers_{2};
};

TEST_F(FailoverTest, ThePrimaryIsKilledAndStartsAgain) {
  const auto log = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  Appender appender(*log, "R");
  for (int round = 0; round < 3; ++round) {
    appender.Await(20);
    servers_.Kill(0);
    servers_.Start(0);
  }
  appender.Await(20);
  appender.Stop();
  ExpectAllKept(*log, {&appender});
}

TEST_F(FailoverTest, OneStandbyIsEnoughAndNoneIsNot) {
  const auto log = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  Append(*log, "R1", "approved");
  servers_.Kill(1);
  Append(*log, "R2", "approved");
  servers_.Kill(2);
  EXPECT_EQ(ReasonOf(TryAppend(*log, Notification("R3", "approved")).status()), "LOG_UNREACHABLE");
  EXPECT_FALSE(log->writable());
  // What was proven before can still be read, and nothing else.
  EXPECT_EQ(ReadAll(*log), (std::vector<std::string>{"1:R1/approved@1", "2:R2/approved@1"}));
  servers_.Start(1);
  EXPECT_EQ(AppendWhatever(*log, Notification("R3", "approved")).revision, 1);
  AppendWhatever(*log, Notification("R4", "approved"));
  EXPECT_EQ(ReadAll(*log).back(), "4:R4/approved@1");
}

// A gateway may write nothing for hours. It is asked whether it is ready all the same.
TEST_F(FailoverTest, WhoeverWritesNothingFindsOutByItselfThatItCannot) {
  for (const bool the_primary : {true, false}) {
    OperatorLines lines;
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.writer.look_interval = absl::Milliseconds(10);
    options.log = lines.Taker();
    const auto log = OpenLog(std::move(options));
    ASSERT_NE(log, nullptr);
    if (the_primary) {
      servers_.Kill(0);
    } else {
      servers_.Kill(1);
      servers_.Kill(2);
    }
    lines.Await("the event log cannot be written");
    if (the_primary) {
      servers_.Start(0);
    } else {
      servers_.Start(1);
    }
    lines.Await("the event log can be written again");
    EXPECT_TRUE(log->writable());
  }
}

TEST_F(FailoverTest, TheRightStandbyIsPromotedAndTheOldPrimaryComesBack) {
  const auto log = OpenLog(Options());
  const auto other = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  ASSERT_NE(other, nullptr);
  const Listener told(*other);
  Appender appender(*log, "R");
  appender.Await(50);
  servers_.Kill(0);
  servers_.FailOver(0);
  appender.Await(50);
  // It still believes to lead.
  servers_.Start(0);
  appender.Await(50);
  appender.Stop();
  ExpectAllKept(*log, {&appender});
  told.AwaitSequence(log->ends().newest.sequence);
  EXPECT_EQ(ReadAll(*other), ReadAll(*log));
  // A process that connects now sees both.
  const auto third = OpenLog(Options());
  ASSERT_NE(third, nullptr);
  lines_.Await("TWO PRIMARIES");
  EXPECT_EQ(ReadAll(*third), ReadAll(*log));
}

TEST_F(FailoverTest, AStaleStandbyIsRefused) {
  const auto log = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  Append(*log, "R1", "approved");
  servers_.Await(1, "pg_last_wal_replay_lsn() IS NOT NULL");
  servers_.Follow(2, -1);
  Append(*log, "R2", "approved");
  std::promise<std::string> told;
  log->SetOnLost([&](const absl::Status& why) { told.set_value(ReasonOf(why)); });
  servers_.Kill(0);
  servers_.Kill(1);
  servers_.Promote(2);
  lines_.Await("HISTORY LOST");
  EXPECT_EQ(ReasonOf(TryAppend(*log, Notification("R3", "approved")).status()), "LOG_UNREACHABLE");
  EXPECT_FALSE(log->writable());
  EXPECT_EQ(told.get_future().get(), "LOG_HISTORY_LOST") << "who streams is told";
  EXPECT_EQ(ReasonOf(log->ReadAfter({}, 10, {}).status()), "LOG_HISTORY_LOST");
  EXPECT_EQ(ReasonOf(log->Latest("R1", "").status()), "LOG_HISTORY_LOST");
  // The right one takes over after all: all goes on by itself.
  servers_.Kill(2);
  servers_.Start(0);
  servers_.Start(1);
  EXPECT_EQ(AppendWhatever(*log, Notification("R3", "approved")).sequence, 3);
  EXPECT_EQ(ReadAll(*log),
            (std::vector<std::string>{"1:R1/approved@1", "2:R2/approved@1", "3:R3/approved@1"}));
}

TEST_F(FailoverTest, AFrozenPrimaryIsNotWaitedFor) {
  const auto log = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  Append(*log, "R1", "approved");
  servers_.Freeze(0);
  EXPECT_EQ(ReasonOf(TryAppend(*log, Notification("R2", "approved")).status()), "LOG_UNREACHABLE");
  EXPECT_FALSE(log->writable());
  servers_.Thaw(0);
  AppendWhatever(*log, Notification("R2", "approved"));
  AppendWhatever(*log, Notification("R3", "approved"));
  EXPECT_EQ(ReadAll(*log),
            (std::vector<std::string>{"1:R1/approved@1", "2:R2/approved@1", "3:R3/approved@1"}));
}

// Each way in which COMMIT says success although no standby has it.
class UnprovenTest : public FailoverTest {
 protected:
  void SetUp() override {
    log_ = OpenLog(Options());
    ASSERT_NE(log_, nullptr);
    Append(*log_, "R1", "approved");
  }
  void LoseStandbys() {
    servers_.Kill(1);
    servers_.Kill(2);
  }
  void ExpectRefused(Pending pending) {
    EXPECT_EQ(ReasonOf(pending.get().status()), "LOG_UNREACHABLE");
    EXPECT_EQ(log_->ends().newest.sequence, 1);
    EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"1:R1/approved@1"}));
  }
  // Afterwards it is settled, and appended once.
  void ExpectSettled() {
    servers_.Start(1);
    AppendWhatever(*log_, Notification("R2", "approved"));
    EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"1:R1/approved@1", "2:R2/approved@1"}));
  }

  std::unique_ptr<PostgresLog> log_;
};

constexpr char kWaits[] =
    "(SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep')";

TEST_F(UnprovenTest, AWaitThatIsCancelled) {
  LoseStandbys();
  Pending pending = StartAppend(*log_, Notification("R2", "approved"));
  servers_.Await(0, kWaits);
  servers_.Sql(0,
               "SELECT pg_cancel_backend(pid)::text FROM pg_stat_activity WHERE wait_event = "
               "'SyncRep'");
  ExpectRefused(std::move(pending));
  ExpectSettled();
}

TEST_F(UnprovenTest, NamesThatAreEmptied) {
  LoseStandbys();
  Pending pending = StartAppend(*log_, Notification("R2", "approved"));
  servers_.Await(0, kWaits);
  SetNames("");
  ExpectRefused(std::move(pending));
  ExpectSettled();
}

TEST_F(UnprovenTest, ARoleWhoseCommitsDoNotWait) {
  servers_.Sql(0, "ALTER ROLE postgres SET synchronous_commit = off");
  log_.reset();
  log_ = OpenLog(Options());
  ASSERT_NE(log_, nullptr);
  LoseStandbys();
  ExpectRefused(StartAppend(*log_, Notification("R2", "approved")));
  ExpectSettled();
}

TEST_F(UnprovenTest, AServerWithoutNames) {
  SetNames("");
  servers_.Await(0, "current_setting('synchronous_standby_names') = ''");
  LoseStandbys();
  ExpectRefused(StartAppend(*log_, Notification("R2", "approved")));
  ExpectSettled();
}

// As Patroni has it: one is waited for, and no other may lead next.
TEST_F(UnprovenTest, OnlyAStandbyHasItThatIsNotWaitedFor) {
  SetNames("s1");
  AwaitStandbys(1, "async");
  servers_.Kill(1);
  Pending pending = StartAppend(*log_, Notification("R2", "approved"));
  servers_.Await(0, kWaits);
  // Now it can be seen there, and s2 has it.
  servers_.Sql(0,
               "SELECT pg_cancel_backend(pid)::text FROM pg_stat_activity WHERE wait_event = "
               "'SyncRep'");
  ExpectRefused(std::move(pending));
  // By a commit that is tried again, or is found to have been made, no more than by the first.
  EXPECT_EQ(ReasonOf(TryAppend(*log_, Notification("R2", "approved")).status()), "LOG_UNREACHABLE");
  EXPECT_EQ(log_->ends().newest.sequence, 1);
  ExpectSettled();
}

// As Patroni has it while it has found nobody who may lead next: whoever attaches is waited for.
TEST_F(UnprovenTest, AStandbyHasItThatNobodyNamed) {
  SetNames("*");
  AwaitStandbys(1, "potential");
  ExpectRefused(StartAppend(*log_, Notification("R2", "approved")));
  SetNames("s2");
  ExpectSettled();
}

TEST_F(FailoverTest, NamesAreComparedAsTheServerDoes) {
  SetNames("FIRST 1 ( \"S2\" ,s1)");
  AwaitStandbys(1, "potential");
  PostgresLogOptions options = Options();
  options.durability.names = {"S0", "S1", "S2"};
  const auto log = OpenLog(std::move(options));
  ASSERT_NE(log, nullptr);
  Append(*log, "R1", "approved");
}

TEST_F(FailoverTest, ConnectionsAreCutWhileManyAppend) {
  const auto one = OpenLog(Options());
  const auto two = OpenLog(Options());
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  const Listener told(*one);
  std::vector<std::unique_ptr<Appender>> appenders;
  for (int number = 0; number < 8; ++number) {
    appenders.push_back(
        std::make_unique<Appender>(number % 2 == 0 ? *one : *two, absl::StrCat("A", number)));
  }
  for (int cuts = 0; cuts < 40; ++cuts) {
    appenders.front()->Await(2);
    servers_.Sql(0,
                 "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE "
                 "application_name LIKE 'kyc-gateway writer%'");
  }
  std::vector<const Appender*> all;
  for (const auto& appender : appenders) {
    appender->Stop();
    all.push_back(appender.get());
  }
  told.AwaitSequence(two->ends().newest.sequence);
  ExpectAllKept(*one, all);
}

}  // namespace
}  // namespace kyc::events::postgres
