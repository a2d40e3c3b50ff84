// Servers are killed, frozen, promoted and misled while events arrive: what was answered is kept,
// once, without a gap; and nothing is answered that could not be proven.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

// Takes the log's lines for the operator.
class Lines {
 public:
  std::function<void(absl::string_view)> Taker() {
    return [this](absl::string_view line) {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  bool Have(absl::string_view text) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::string& line : lines_) {
      if (absl::StrContains(line, text)) return true;
    }
    return false;
  }
  void Await(absl::string_view text) const {
    const absl::Time patience = absl::Now() + kPatience;
    while (!Have(text)) {
      ASSERT_LT(absl::Now(), patience) << text;
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// Appends new references on a thread of its own, each until it is answered, until it is stopped.
class Appender {
 public:
  Appender(EventLog& log, std::string name)
      : log_(log), name_(std::move(name)), thread_([this] { Run(); }) {}
  ~Appender() { Stop(); }

  void Stop() {
    stops_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // Waits for so many more answers.
  void Await(int64_t more) const {
    const int64_t wanted = acknowledged_ + more;
    const absl::Time patience = absl::Now() + kPatience;
    while (acknowledged_ < wanted) {
      ASSERT_LT(absl::Now(), patience) << "at " << acknowledged_;
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  int64_t acknowledged() const { return acknowledged_; }
  const std::string& name() const { return name_; }

 private:
  void Run() {
    while (!stops_) {
      AppendWhatever(log_, Notification(absl::StrCat(name_, "-", acknowledged_ + 1), "approved"));
      ++acknowledged_;
    }
  }

  EventLog& log_;
  const std::string name_;
  std::atomic<int64_t> acknowledged_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

// Every acknowledged reference is there once, and no sequence is left out.
void ExpectAllKept(const EventLog& log, const std::vector<const Appender*>& appenders) {
  std::map<std::string, int> times;
  int64_t sequence = 0;
  for (const std::string& line : ReadAll(log, {}, {}, 1000)) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::ByAnyChar(":/"));
    EXPECT_EQ(parts[0], absl::StrCat(++sequence));
    ++times[parts[1]];
  }
  for (const Appender* appender : appenders) {
    for (int64_t number = 1; number <= appender->acknowledged(); ++number) {
      const std::string reference = absl::StrCat(appender->name(), "-", number);
      EXPECT_EQ(times[reference], 1) << reference;
    }
  }
  EXPECT_GT(sequence, 0);
}

class FailoverTest : public testing::Test {
 protected:
  PostgresLogOptions Options() {
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.log = lines_.Taker();
    return options;
  }
  CountingMetrics metrics_;
  Lines lines_;
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

TEST_F(FailoverTest, TheRightStandbyIsPromotedAndTheOldPrimaryComesBack) {
  const auto log = OpenLog(Options());
  const auto other = OpenLog(Options());
  ASSERT_NE(log, nullptr);
  ASSERT_NE(other, nullptr);
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
  AwaitSequence(*other, log->ends().newest.sequence);
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
  servers_.Sql(0, "ALTER SYSTEM SET synchronous_standby_names = ''");
  servers_.Sql(0, "SELECT pg_reload_conf()::text");
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
  servers_.Sql(0, "ALTER SYSTEM SET synchronous_standby_names = ''");
  servers_.Sql(0, "SELECT pg_reload_conf()::text");
  servers_.Await(0, "current_setting('synchronous_standby_names') = ''");
  LoseStandbys();
  ExpectRefused(StartAppend(*log_, Notification("R2", "approved")));
  ExpectSettled();
}

// As Patroni has it: one is waited for, and no other may lead next.
TEST_F(UnprovenTest, OnlyAStandbyHasItThatIsNotWaitedFor) {
  servers_.Sql(0, "ALTER SYSTEM SET synchronous_standby_names = 's1'");
  servers_.Sql(0, "SELECT pg_reload_conf()::text");
  servers_.Await(0, "(SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'async')");
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

TEST_F(FailoverTest, ConnectionsAreCutWhileManyAppend) {
  const auto one = OpenLog(Options());
  const auto two = OpenLog(Options());
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  std::vector<std::unique_ptr<Appender>> appenders;
  for (int number = 0; number < 8; ++number) {
    appenders.push_back(
        std::make_unique<Appender>(number % 2 == 0 ? *one : *two, absl::StrCat("A", number)));
  }
  for (int cuts = 0; cuts < 40; ++cuts) {
    appenders.front()->Await(2);
    servers_.Sql(0,
                 "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE "
                 "application_name = 'kyc-gateway writer'");
  }
  std::vector<const Appender*> all;
  for (const auto& appender : appenders) {
    appender->Stop();
    all.push_back(appender.get());
  }
  AwaitSequence(*one, two->ends().newest.sequence);
  ExpectAllKept(*one, all);
}

}  // namespace
}  // namespace kyc::events::postgres
