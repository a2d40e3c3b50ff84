// Who has seen, and done, what to whose data: the audit log of a real gateway, as `kyc audit` tells
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "kyc/admin/v1/event_log.pb.h"
#include "kyc/admin/v1/personal_data.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway_test.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kCallers[] = R"(
    callers { name: "ops" loopback: true allow_full_view: true allow_admin: true
              allow_personal_data: true allow_audit: true }
    callers { name: "app" bearer_token_file: "bearer_token" })";

class AuditTest : public GatewayTest {
 protected:
  void SetUp() override { StartGateway({.callers = kCallers}); }
  void Restart() {
    ASSERT_EQ(StopGateway(), 0);
    StartGateway({.callers = kCallers});
  }
  void Notify(const std::string& reference, const std::string& cust_id) {
    const std::string body =
        absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","custId":")", cust_id,
                     R"(","status":"approved","additionalInfo":{"type":"upgrade_account"}})");
    EXPECT_EQ(
        Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
             {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
             body)
            .status,
        200);
  }
  template <typename Request>
  std::string Call(const std::string& method, const Request& request, const CallOptions& how = {}) {
    return client()
        .Raw(absl::StrCat("/", method), request.SerializeAsString(), how)
        .error.Summary();
  }
  std::string Look(const std::string& reference, ::netzme::v1::View view,
                   const CallOptions& how = {}) {
    ::netzme::v1::GetUpgradeRequest request;
    request.set_original_reference_no(reference);
    request.set_view(view);
    return Call("netzme.v1.UpgradeNotificationService/GetUpgrade", request, how);
  }
  std::string Backup(const CallOptions& how = {}) {
    return Call("kyc.admin.v1.EventLogService/Backup", admin::v1::BackupRequest(), how);
  }
  static CallOptions Saying(const std::string& purpose) {
    CallOptions how;
    how.headers["x-purpose"] = purpose;
    return how;
  }
  static CallOptions AsApp() {
    CallOptions how;
    how.headers["authorization"] = absl::StrCat("Bearer ", kBearerToken);
    return how;
  }
  // The lines of kyc audit, newest first, without the entry of the audit itself; or how it failed.
  std::vector<std::string> Audit(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"audit", "--json", "--address",
                                         absl::StrCat("127.0.0.1:", gateway().grpc_port())});
    const ChildProcess kyc("clients/kyc/kyc", std::move(arguments));
    const auto end = kyc.AwaitEnd();
    if (end != 0) return {absl::StrCat(end.value_or(-1), " ", kyc.StandardError())};
    std::vector<std::string> lines;
    for (absl::string_view line : absl::StrSplit(kyc.StandardOutput(), '\n', absl::SkipEmpty())) {
      const bool is_this_one =
          absl::StrContains(line, "ListAuditEntries\"") && !absl::StrContains(line, "outcome");
      if (!is_this_one) lines.emplace_back(line);
    }
    return lines;
  }
  void ReplaceInConfig(const std::string& from, const std::string& to) {
    WriteFile(files().path("new"),
              absl::StrReplaceAll(ReadFile(files().config_path()), {{from, to}}));
    Rename(files().path("new"), files().config_path());
    gateway().process().Signal(SIGHUP);
  }
};

TEST_F(AuditTest, WhoSawSomebodysDataAndWhatForIsToldByReferenceAndCustomer) {
  Notify("order-1", "customer-1");
  Notify("order-2", "customer-2");
  EXPECT_EQ(Look("order-1", ::netzme::v1::VIEW_FULL, Saying("complaint 4711")), "OK");
  EXPECT_EQ(Look("order-1", ::netzme::v1::VIEW_BASIC), "OK");
  const auto of_look = AllOf(
      HasSubstr(R"("caller":"ops")"), HasSubstr("UpgradeNotificationService/GetUpgrade VIEW_FULL"),
      HasSubstr(R"("purpose":"complaint 4711")"),
      HasSubstr(R"("firstSequence":"1","lastSequence":"1")"), Not(HasSubstr("order-1")));
  EXPECT_THAT(Audit({"--reference", "order-1"}), ElementsAre(of_look));
  EXPECT_THAT(Audit({"--customer", "customer-1"}), ElementsAre(of_look));
  EXPECT_THAT(Audit({"--reference", "order-2"}), IsEmpty());
  EXPECT_THAT(Audit({"--customer", "customer-2"}), IsEmpty());

  Follower follower;
  follower.CatchUp(gateway().grpc_port());
  EXPECT_THAT(Audit({"--reference", "order-2"}), ElementsAre(HasSubstr("WatchUpgrades VIEW_FULL")));
  admin::v1::EraseReferenceRequest erase;
  erase.set_original_reference_no("order-1");
  EXPECT_EQ(Call("kyc.admin.v1.PersonalDataService/EraseReference", erase), "OK");
  Restart();
  EXPECT_THAT(Audit({"--reference", "order-1"}),
              ElementsAre(HasSubstr("PersonalDataService/EraseReference"),
                          HasSubstr("WatchUpgrades VIEW_FULL"), of_look));
}

TEST_F(AuditTest, WhoWasNotLetInIsToldAndCountedNotOnceForEachCall) {
  CallOptions stranger;
  stranger.headers["authorization"] = "Bearer nobody's token, of more than 128 bits";
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Backup(stranger), "UNAUTHENTICATED CALLER_UNAUTHENTICATED not_sent -");
  }
  EXPECT_EQ(Look("order-1", ::netzme::v1::VIEW_FULL, AsApp()),
            "PERMISSION_DENIED CALLER_FORBIDDEN not_sent -");
  WriteFile(files().path("token"), kBearerToken);
  EXPECT_THAT(Audit({"--token-file", files().path("token")}),
              ElementsAre(AllOf(HasSubstr("3 "), HasSubstr("allow_audit"))));
  Restart();
  EXPECT_THAT(Audit({"--caller", "app"}),
              ElementsAre(AllOf(HasSubstr("AuditService/ListAuditEntries"),
                                HasSubstr("CALLER_FORBIDDEN not_auditor")),
                          AllOf(HasSubstr("GetUpgrade"), HasSubstr("CALLER_FORBIDDEN full_view"))));
  std::vector<std::string> of_stranger;
  for (std::string& line : Audit()) {
    if (absl::StrContains(line, "UNAUTHENTICATED")) of_stranger.push_back(std::move(line));
  }
  EXPECT_THAT(of_stranger, ElementsAre(HasSubstr(R"("times":"49")"), HasSubstr(R"("times":"1")")));
  EXPECT_THAT(of_stranger, Each(AllOf(HasSubstr("EventLogService/Backup"),
                                      HasSubstr("CALLER_UNAUTHENTICATED unknown_token"),
                                      HasSubstr("ipv4:127.0.0.1"))));
}

TEST_F(AuditTest, EachConfigurationIsToldAndWhoMayWhatInIt) {
  ReplaceInConfig("name: \"app\"", "allow_admin: true name: \"app\"");
  ASSERT_TRUE(gateway().process().AwaitError("the configuration was read again"));
  ReplaceInConfig("name: \"app\"", "name: \"\"");
  ASSERT_TRUE(gateway().process().AwaitError("stays as it was"));
  const auto lines = [this] {
    std::vector<std::string> found;
    for (std::string& line : Audit()) {
      if (absl::StrContains(line, "configuration")) found.push_back(std::move(line));
    }
    return found;
  };
  // One that came while another was being written is written with the next look, within seconds.
  while (lines().size() < 3) absl::SleepFor(absl::Milliseconds(100));
  EXPECT_THAT(
      lines(),
      ElementsAre(
          AllOf(HasSubstr("configuration read again"), HasSubstr("all stays as it was")),
          HasSubstr("configuration taken over; callers: ops full_view admin personal_data audit, "
                    "app admin\""),
          HasSubstr("configuration at the start; callers: ops full_view admin personal_data "
                    "audit, app\"")));
}

TEST_F(AuditTest, WhatCannotBeNotedIsRefusedUntilItCan) {
  Notify("order-1", "customer-1");
  const std::string log = files().path("events.db"), away = files().path("moved");
  Rename(log, away);
  constexpr char kRefused[] = "UNAVAILABLE LOG_UNAVAILABLE not_sent -";
  EXPECT_EQ(Look("order-1", ::netzme::v1::VIEW_FULL), kRefused);
  EXPECT_EQ(Backup(), kRefused);
  EXPECT_THAT(Audit(), ElementsAre(AllOf(HasSubstr("5 "), HasSubstr("LOG_UNAVAILABLE"))));
  EXPECT_EQ(Look("order-1", ::netzme::v1::VIEW_BASIC), "OK");
  Rename(away, log);
  while (Look("order-1", ::netzme::v1::VIEW_FULL) != "OK") absl::SleepFor(absl::Milliseconds(20));
  EXPECT_THAT(Audit({"--reference", "order-1"}), ElementsAre(HasSubstr("GetUpgrade VIEW_FULL")));
}

TEST_F(AuditTest, ALongLogIsReadPageByPage) {
  for (int i = 0; i < 1200; ++i) Look(absl::StrCat("order-", i % 2), ::netzme::v1::VIEW_FULL);
  EXPECT_THAT(Audit({"--reference", "order-1"}), SizeIs(600));
}

}  // namespace
}  // namespace kyc::tests
