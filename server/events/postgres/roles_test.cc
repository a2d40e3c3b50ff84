// What each role may do, by the file that operators run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/pq.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

std::string RolesSql() {
  std::ifstream file("server/events/postgres/roles.sql");
  std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_FALSE(text.empty());
  return text;
}

class RolesTest : public testing::Test {
 protected:
  void SetUp() override {
    // The owner makes the tables.
    owner_ = OpenLog(OptionsOver(servers_, metrics_));
    ASSERT_NE(owner_, nullptr);
    std::string text;
    for (absl::string_view line : absl::StrSplit(RolesSql(), '\n')) {
      const absl::string_view statement = line.substr(0, line.find("--"));
      absl::StrAppend(&text, statement, "\n");
    }
    for (absl::string_view statement : absl::StrSplit(text, ';')) {
      if (!absl::StripAsciiWhitespace(statement).empty()) {
        servers_.Sql(0, std::string(statement));
      }
    }
    servers_.Sql(0, "CREATE USER sidecar IN ROLE kyc_sidecar");
    servers_.Sql(0, "CREATE USER gateway IN ROLE kyc_gateway");
  }
  PostgresLogOptions As(const std::string& user, bool follows) {
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.dsn = servers_.Dsn(user);
    options.follows = follows;
    return options;
  }
  // The SQLSTATE that a role's statement is refused with; empty if it is not.
  std::string Refusal(const std::string& user, const std::string& statement) {
    const Keywords host = HostsOf(servers_.Dsn(user)).value().front();
    auto connection = Connection::Open(host, Secret(), kPatience);
    EXPECT_TRUE(connection.ok()) << connection.status();
    Trip trip;
    trip.Add(std::string(statement));
    return SqlStateOf((*connection)->Run(trip, kPatience).status());
  }

  CountingMetrics metrics_;
  PostgresServers servers_{1};
  std::unique_ptr<PostgresLog> owner_;
};

// Of which the owner's role, who need not be a superuser, finds out who still seals with which key.
TEST_F(RolesTest, AnybodySeesTheKeyOfASessionThatSeals) {
  const auto sidecar = OpenLog(As("sidecar", false));
  ASSERT_NE(sidecar, nullptr);
  servers_.Sql(0, "CREATE USER stranger");
  auto connection =
      Connection::Open(HostsOf(servers_.Dsn("stranger")).value().front(), Secret(), kPatience);
  ASSERT_TRUE(connection.ok()) << connection.status();
  Trip trip;
  trip.Add(
      std::string("SELECT count(*) FROM pg_stat_activity WHERE usename = 'sidecar' AND "
                  "datname = current_database() AND application_name = "
                  "'kyc-gateway writer, key 1'"));
  const absl::StatusOr<std::vector<Rows>> seen = (*connection)->Run(trip, kPatience);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->front().Integer(0, 0), 1);
}

TEST_F(RolesTest, EachIsEnoughForItsProcess) {
  const auto sidecar = OpenLog(As("sidecar", false));
  const auto gateway = OpenLog(As("gateway", true));
  ASSERT_NE(sidecar, nullptr);
  ASSERT_NE(gateway, nullptr);
  const Listener told(*gateway);
  Append(*sidecar, "R1", "approved");
  Append(*sidecar, "R1", "rejected");
  Append(*sidecar, "R1", "approved");
  ASSERT_TRUE(Keep(*sidecar, "{broken").ok());
  ASSERT_TRUE(Keep(*sidecar, "{broken").ok());
  told.AwaitSequence(3);
  EXPECT_EQ(ReadAll(*gateway).size(), 3u);
  EXPECT_TRUE((*gateway->Latest("R1", "")).has_value());
  Append(*gateway, "R2", "approved");
  const auto quarantined = gateway->ListQuarantined(0, 10);
  ASSERT_TRUE(quarantined.ok()) << quarantined.status();
  ASSERT_EQ(quarantined->size(), 1u);
  EXPECT_EQ(gateway->GetQuarantined(quarantined->front().id)->body, "{broken");
  EXPECT_TRUE(Discard(*gateway, quarantined->front().id).ok());
  EXPECT_TRUE(Note(*sidecar, {.caller = "stranger", .act = "Get"}).ok());
  EXPECT_TRUE(Note(*gateway, {.caller = "ann", .act = "Get", .reference = "R1"}).ok());
  EXPECT_EQ(gateway->ListAudit({.reference = "R1", .limit = 10})->entries.front().caller, "ann");
  EXPECT_TRUE(AddUsage(*gateway, {1, {{{.day = 1, .caller = "app"}, 2}}}).ok());
  EXPECT_EQ(gateway->ListUsage({.first_day = 1, .last_day = 1, .limit = 10})->front().calls, 2);
  std::promise<absl::Status> erased;
  gateway->Act({PersonalAct::Kind::kErase, {.reference = "R1"}, "officer"},
               [&erased](auto acted) { erased.set_value(acted.status()); });
  EXPECT_EQ(erased.get_future().get(), absl::OkStatus());
  EXPECT_FALSE((*gateway->Latest("R1", "")).has_value());
  EXPECT_EQ(gateway->ReleaseRetention().value(), 0);
  for (const KeyFound found : {KeyFound::kClaimed, KeyFound::kAnswered}) {
    const CallKey key{"key", "content", "subject"};
    std::promise<absl::StatusOr<KeyClaim>> claimed;
    gateway->Claim(key, absl::Seconds(90),
                   [&](auto claim) { claimed.set_value(std::move(claim)); });
    const absl::StatusOr<KeyClaim> claim = claimed.get_future().get();
    ASSERT_TRUE(claim.ok()) << claim.status();
    EXPECT_EQ(claim->found, found);
    std::promise<absl::Status> settled;
    gateway->Settle(key, {KeyEnd::Kind::kAnswered, "the answer"},
                    [&](auto status) { settled.set_value(status); });
    EXPECT_TRUE(settled.get_future().get().ok());
  }
  // It may not look after the tables, and does not try.
  EXPECT_EQ(sidecar->ReadAfter({}, 10, {}).status().code(), absl::StatusCode::kUnavailable);
}

// roles.sql was not run again after the tables came: nothing is counted, and notifications go on.
TEST_F(RolesTest, WhoMayNotCountSaysSoAndLosesNoNotification) {
  servers_.Sql(0, "REVOKE UPDATE ON kyc.usage FROM kyc_gateway");
  const auto gateway = OpenLog(As("gateway", true));
  ASSERT_NE(gateway, nullptr);
  const UsageBatch batch = {1, {{{.day = 1, .caller = "app"}, 2}}};
  const absl::Status refused = AddUsage(*gateway, batch);
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr("run roles.sql"));
  Append(*gateway, "R1", "approved");
  EXPECT_TRUE(gateway->writable());
  servers_.Sql(0, "GRANT UPDATE ON kyc.usage TO kyc_gateway");
  EXPECT_TRUE(AddUsage(*gateway, batch).ok()) << "from then on";
}

// roles.sql was not run again after the table came: what must be noted is refused, and it is said
// what to run; notifications are not held up.
TEST_F(RolesTest, WhoMayNotNoteSaysSoAndLosesNoNotification) {
  servers_.Sql(0, "REVOKE ALL ON kyc.audit FROM kyc_sidecar");
  std::mutex mutex;
  std::string said;
  PostgresLogOptions options = As("sidecar", false);
  options.writer.look_interval = absl::Milliseconds(1);
  options.log = [&](absl::string_view line) {
    const std::lock_guard<std::mutex> lock(mutex);
    absl::StrAppend(&said, line, "\n");
  };
  const auto sidecar = OpenLog(std::move(options));
  ASSERT_NE(sidecar, nullptr);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    EXPECT_THAT(said, testing::HasSubstr("run roles.sql as the tables' owner")) << "at the start";
  }
  EXPECT_FALSE(metrics_.audit_writable);
  auto noted = StartNote(*sidecar, {.caller = "stranger", .act = "Get"});
  Append(*sidecar, "R1", "approved");
  EXPECT_EQ(noted.get().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(sidecar->writable());

  servers_.Sql(0, "GRANT INSERT, SELECT (id, time_us, chain) ON kyc.audit TO kyc_sidecar");
  // It looks again by itself; a test that never ends has found that it does not.
  while (!StartNote(*sidecar, {.caller = "stranger", .act = "Get"}).get().ok()) {
    std::this_thread::yield();
  }
  servers_.Sql(0, "REVOKE ALL ON kyc.audit FROM kyc_sidecar");
  while (StartNote(*sidecar, {.caller = "stranger", .act = "Get"}).get().ok()) {
  }
  Append(*sidecar, "R1", "rejected");
}

TEST_F(RolesTest, NoneHasMoreThanItNeeds) {
  constexpr char kDenied[] = "42501";
  const std::pair<const char*, const char*> denied[] = {
      {"sidecar", "SELECT sealed_fields FROM kyc.event"},
      {"sidecar", "SELECT sealed_raw_body FROM kyc.event"},
      {"sidecar", "SELECT cust_id_digest FROM kyc.event"},
      {"sidecar", "SELECT sealed_body FROM kyc.quarantine"},
      {"sidecar", "DELETE FROM kyc.quarantine"},
      {"sidecar", "SELECT sealed_purpose FROM kyc.audit"},
      {"sidecar", "UPDATE kyc.audit SET caller = ''"},
      {"gateway", "UPDATE kyc.audit SET caller = ''"},
      {"gateway", "DELETE FROM kyc.audit"},
      {"gateway", "DELETE FROM kyc.usage"},
      {"sidecar", "SELECT * FROM kyc.usage"},
      {"sidecar", "UPDATE kyc.usage SET calls = 0"},
      {"sidecar", "DELETE FROM kyc.event"},
      {"sidecar", "UPDATE kyc.event SET revision = 2"},
      {"sidecar", "SELECT * FROM kyc.event_1"},
      {"sidecar", "DELETE FROM kyc.reference"},
      {"sidecar", "UPDATE kyc.log SET log_id = ''"},
      {"sidecar", "UPDATE kyc.log SET trimmed_sequence = 1"},
      {"sidecar", "UPDATE kyc.log SET due_sequence = 1"},
      {"sidecar", "UPDATE kyc.retention SET released = 1"},
      {"sidecar", "SELECT sealed_answer FROM kyc.call_key"},
      {"sidecar", "DELETE FROM kyc.call_key"},
      {"sidecar", "UPDATE kyc.log SET lived_us = 1"},
      {"gateway", "UPDATE kyc.retention SET waiting = 1"},
      {"gateway", "DELETE FROM kyc.event"},
      {"gateway", "UPDATE kyc.event SET revision = 2"},
      {"gateway", "UPDATE kyc.log SET trimmed_sequence = 1"},
      {"gateway", "DELETE FROM kyc.reference"},
      {"gateway", "TRUNCATE kyc.event"},
      {"gateway", "CREATE TABLE kyc.more (one int)"},
  };
  for (const auto& [user, statement] : denied) {
    EXPECT_EQ(Refusal(user, statement), kDenied) << user << ": " << statement;
  }
  EXPECT_EQ(Refusal("gateway", "SELECT sealed_fields FROM kyc.event"), "");
  EXPECT_EQ(Refusal("sidecar", "SELECT sequence, chain FROM kyc.event"), "");
}

}  // namespace
}  // namespace kyc::events::postgres
