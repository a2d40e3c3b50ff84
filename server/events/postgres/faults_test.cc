// Servers that are full, slow, read-only, out of connections or cut off at any byte of a commit:
// what is answered is kept, once; what cannot be is refused; all goes on by itself when the fault
// ends.
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/pq.h"
#include "server/events/postgres/testing/gate.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

// Of PostgreSQL's protocol: a type and a length. In steps of so many bytes each message is once the
// last one that arrives.
constexpr int64_t kShortestMessage = 5;

// A log over one server, whose writer alone speaks to it.
class FaultsTest : public testing::Test {
 protected:
  void Start(const std::string& settings = "", int small_disk_mib = 0) {
    servers_ = std::make_unique<PostgresServers>(0, settings, small_disk_mib);
    gate_ = std::make_unique<Gate>(servers_->port(0));
    PostgresLogOptions options = OptionsOver(*servers_, metrics_);
    options.dsn = absl::StrCat("host=127.0.0.1 port=", gate_->port(),
                               " dbname=postgres sslmode=disable user=postgres");
    options.follows = false;
    options.keeper.trim_interval = absl::Hours(1);
    // Without pauses: whatever it may see between two notifications, it sees.
    options.writer.probe_interval = options.writer.rehearse_interval = absl::ZeroDuration();
    options.log = [this](absl::string_view line) {
      if (absl::StrContains(line, "cannot be written")) ++faults_;
    };
    log_ = OpenLog(std::move(options));
    ASSERT_NE(log_, nullptr);
  }
  absl::StatusOr<Appended> Try() {
    return TryAppend(*log_, Notification(absl::StrCat("R", appended_ + 1), "approved"));
  }
  void ExpectRefused() {
    EXPECT_EQ(ReasonOf(Try().status()), "LOG_UNREACHABLE");
    EXPECT_FALSE(log_->writable());
  }
  // Until it works.
  void AppendOne() {
    AppendWhatever(*log_, Notification(absl::StrCat("R", ++appended_), "approved"));
  }
  // Each reference once, in order.
  void ExpectAllKept() {
    const auto reader = OpenLog(OptionsOver(*servers_, metrics_));
    ASSERT_NE(reader, nullptr);
    std::vector<std::string> expected;
    for (int i = 1; i <= appended_; ++i)
      expected.push_back(absl::StrCat(i, ":R", i, "/approved@1"));
    EXPECT_EQ(ReadAll(*reader), expected);
  }

  CountingMetrics metrics_;
  std::unique_ptr<PostgresServers> servers_;
  std::unique_ptr<Gate> gate_;
  std::atomic<int> faults_ = 0;  // That it told of.
  std::unique_ptr<PostgresLog> log_;
  int appended_ = 0;
};

TEST_F(FaultsTest, ConnectionThatIsCutAtAnyMomentOfACommit) {
  Start();
  AppendOne();
  const int64_t sent_before = gate_->sent();
  const int64_t received_before = gate_->received();
  AppendOne();
  const int64_t sent = gate_->sent() - sent_before;
  const int64_t received = gate_->received() - received_before;
  for (int64_t bytes = 0; bytes <= sent; bytes += kShortestMessage) {
    gate_->CutAfterSending(bytes);
    AppendOne();
    gate_->TakeBackCut();
  }
  for (int64_t bytes = 0; bytes <= received; bytes += kShortestMessage) {
    gate_->CutAfterReceiving(bytes);
    AppendOne();
    gate_->TakeBackCut();
  }
  std::cout << appended_ - 2 << " cuts\n";
  ExpectAllKept();
}

TEST_F(FaultsTest, SlowWayIsWaitedForAndOneThatIsStuckIsNot) {
  Start();
  AppendOne();
  gate_->Delay(absl::Milliseconds(100));
  ASSERT_TRUE(Try().ok()) << "two trips of some 200 ms";
  ++appended_;
  gate_->Delay(absl::Seconds(3));
  ExpectRefused();
  gate_->Delay(absl::ZeroDuration());
  AppendOne();
  AppendOne();
  ExpectAllKept();
}

TEST_F(FaultsTest, ServerThatIsReadOnly) {
  Start();
  AppendOne();
  const auto set = [this](const char* value) {
    servers_->Sql(0, absl::StrCat("ALTER SYSTEM SET default_transaction_read_only = ", value));
    servers_->Sql(0, "SELECT pg_reload_conf()::text");
    servers_->Await(
        0, absl::StrCat("current_setting('default_transaction_read_only') = '", value, "'"));
  };
  set("on");
  ExpectRefused();
  // By a session that may: the setting is only the default.
  servers_->Sql(0, "ALTER SYSTEM RESET default_transaction_read_only");
  servers_->Sql(0, "SELECT pg_reload_conf()::text");
  AppendOne();
  ExpectAllKept();
}

TEST_F(FaultsTest, ServerThatTakesNoMoreConnections) {
  Start("max_connections = 8\nsuperuser_reserved_connections = 0\n");
  AppendOne();
  const Keywords host = HostsOf(servers_->dsn()).value().front();
  const auto connect = [&] { return Connection::Open(host, Secret(), kPatience); };
  std::vector<std::unique_ptr<Connection>> all;
  for (auto one = connect(); one.ok(); one = connect()) all.push_back(*std::move(one));
  ASSERT_FALSE(all.empty());
  // The writer's goes, and another takes its place.
  Trip trip;
  trip.Add(
      std::string("SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE "
                  "application_name LIKE 'kyc-gateway writer%'"));
  ASSERT_TRUE(all.front()->Run(trip, kPatience).ok());
  for (auto one = connect(); one.ok(); one = connect()) all.push_back(*std::move(one));
  ExpectRefused();
  all.clear();
  AppendOne();
  ExpectAllKept();
}

TEST_F(FaultsTest, DiskThatIsFull) {
  Start("", 8);
  servers_->Sql(0,
                absl::StrCat("CREATE TABLESPACE small LOCATION '", servers_->small_disk(0), "'"));
  AppendOne();
  servers_->Sql(0, "CREATE TABLE filler (text text) TABLESPACE small");
  servers_->Sql(0, "ALTER TABLE kyc.event_1 SET TABLESPACE small");
  // To the last page; what is taken back stays there.
  servers_->Sql(0,
                "DO $$ BEGIN LOOP INSERT INTO filler SELECT repeat('x', 2000) FROM "
                "generate_series(1, 4); END LOOP; EXCEPTION WHEN disk_full THEN NULL; END $$");
  int kept = 0;
  while (Try().ok()) ++kept, ++appended_;
  EXPECT_LT(kept, 100) << "what fits into the pages that it has";
  for (int i = 0; i < 20; ++i) ExpectRefused();
  EXPECT_EQ(faults_, 1) << "one that lasts is told once, and seen by who looks";
  servers_->Sql(0, "DROP TABLE filler");
  AppendOne();
  ExpectAllKept();
}

}  // namespace
}  // namespace kyc::events::postgres
