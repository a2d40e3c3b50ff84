// Secrets that are replaced while the gateway serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/http.h"
#include "tests/support/many_calls.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kRejected[] = "FAILED_PRECONDITION UPSTREAM_CREDENTIALS_REJECTED refused -";
constexpr char kUnknownCaller[] = "UNAUTHENTICATED CALLER_UNAUTHENTICATED not_sent -";
constexpr char kRestart[] =
    " warning the configuration changed in more than secrets: restart to apply the rest\n";
constexpr char kTakenOver[] =
    " info the configuration was read again: new calls use its callers and secrets, the log its "
    "level\n";
constexpr char kAllStays[] = " error the configuration was read again, all stays as it was: ";

class ReloadTest : public GatewayTest {
 protected:
  void Write(const std::string& name, absl::string_view content, mode_t mode = 0600) {
    WriteFile(files().path(name), content, mode);
  }
  // As an operator should: the file is the old one or the new one, never a part of it.
  void Replace(const std::string& name, absl::string_view content, mode_t mode = 0600) {
    Write("new", content, mode);
    std::filesystem::rename(files().path("new"), files().path(name));
  }
  double Reloads(const std::string& result) {
    return gateway().Metric(absl::StrCat("kyc_config_reloads_total{result=\"", result, "\"} "));
  }
  // Tells the gateway to look; whether it then said and counted one more reload of this result.
  bool Reload(const std::string& result = "ok") {
    const double before = Reloads(result);
    return TellToLook(result == "ok" ? kTakenOver : kAllStays) && Reloads(result) > before;
  }
  // Asks again and again until it is answered so, which the gateway tells nobody of; whether it is.
  bool AwaitAnswer(const std::string& wanted, const std::function<std::string()>& ask) {
    const absl::Time end = absl::Now() + kPatience;
    while (ask() != wanted) {
      if (absl::Now() > end) return false;
    }
    return true;
  }

  std::string Detect(const CallOptions& how = {}) {
    return client().DetectLiveness(Liveness(), how).error.Summary();
  }
  std::string Create() { return client().CreateWidget(Widget()).error.Summary(); }
  int64_t Notify(absl::string_view token) {
    return Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: application/json", absl::StrCat("x-callback-token: ", token)},
                R"({"originalReferenceNo":"one-PlantRef9","status":"approved"})")
        .status;
  }
};

TEST_F(ReloadTest, ReplacedFilesAreTheNextCallsAfterSighup) {
  Write("widekyc_token", kOtherWideKycToken);
  Write("merchant_pass", kOtherMerchantPass);
  Start();
  EXPECT_EQ(Detect(), kRejected);
  EXPECT_EQ(Create(), kRejected);
  Replace("widekyc_token", kWideKycToken);
  Write("merchant_pass", kMerchantPass);
  ASSERT_TRUE(Reload());
  EXPECT_EQ(Detect(), "OK");
  EXPECT_EQ(Create(), "OK");
  Replace("field_key", kFieldIv);
  ASSERT_TRUE(Reload());
  EXPECT_NE(Create(), "OK");
  Write("field_key", kFieldKey);
  ASSERT_TRUE(Reload());
  EXPECT_EQ(Create(), "OK");
}

TEST_F(ReloadTest, ChangeIsFoundWithoutASignal) {
  Write("widekyc_token", kOtherWideKycToken);
  Start();
  EXPECT_EQ(Detect(), kRejected);
  Replace("widekyc_token", kWideKycToken);
  EXPECT_TRUE(gateway().process().AwaitError(kTakenOver));
  EXPECT_EQ(Detect(), "OK");
  EXPECT_EQ(Reloads("ok"), 1);
}

TEST_F(ReloadTest, RunningCallGoesOnAndANewOneHasTheNewToken) {
  HoldingUpstream upstream(kLiveReply);
  StartGateway({.widekyc_url = upstream.url()});
  const ManyCalls held(gateway().grpc_port(), kLivenessMethod,
                       grpc::Slice(Liveness().SerializeAsString()), 10, transcript());
  ASSERT_TRUE(upstream.AwaitArrived(10));
  Replace("widekyc_token", kOtherWideKycToken);
  ASSERT_TRUE(Reload());
  upstream.Release();
  ASSERT_TRUE(held.AwaitEnded(10));
  for (const ErrorView& end : held.Ended()) EXPECT_EQ(end.Summary(), "OK");
  EXPECT_EQ(Detect(), "OK");
}

TEST_F(ReloadTest, CallbackTokensRotateWithoutARefusal) {
  Write("next_token", kBearerToken);
  Start();
  const std::string before = ReadFile(files().config_path());
  const auto use_tokens = [&](absl::string_view names) {
    Replace("config.textproto",
            absl::StrReplaceAll(before, {{"callback_token_files: \"callback_token\"",
                                          absl::StrCat("callback_token_files: [", names, "]")}}));
    ASSERT_TRUE(Reload());
  };
  EXPECT_EQ(Notify(kCallbackToken), 200);
  EXPECT_EQ(Notify(kBearerToken), 401);
  use_tokens(R"("callback_token", "next_token")");
  EXPECT_EQ(Notify(kCallbackToken), 200);
  EXPECT_EQ(Notify(kBearerToken), 200);
  use_tokens(R"("next_token")");
  EXPECT_EQ(Notify(kCallbackToken), 401);
  EXPECT_EQ(Notify(kBearerToken), 200);
}

TEST_F(ReloadTest, CallersTokenAndPermissionsAreReplaced) {
  Start({.callers = R"(callers { name: "app" bearer_token_file: "bearer_token" })"});
  CallOptions old_token, new_token;
  old_token.headers["authorization"] = absl::StrCat("Bearer ", kBearerToken);
  new_token.headers["authorization"] = "Bearer planted-bearer-token-of-another";
  constexpr char kQuarantine[] = "/kyc.admin.v1.QuarantineService/ListQuarantined";
  EXPECT_EQ(Detect(old_token), "OK");
  EXPECT_EQ(Detect(new_token), kUnknownCaller);
  Replace("bearer_token", "planted-bearer-token-of-another");
  ASSERT_TRUE(Reload());
  EXPECT_TRUE(AwaitAnswer(kUnknownCaller, [&] { return Detect(old_token); }));
  EXPECT_EQ(Detect(new_token), "OK");
  EXPECT_EQ(client().Raw(kQuarantine, "", new_token).error.Summary(),
            "PERMISSION_DENIED CALLER_FORBIDDEN not_sent -");
  Replace("config.textproto", absl::StrReplaceAll(ReadFile(files().config_path()),
                                                  {{"callers {", "callers { allow_admin: true "}}));
  ASSERT_TRUE(Reload());
  EXPECT_TRUE(
      AwaitAnswer("OK", [&] { return client().Raw(kQuarantine, "", new_token).error.Summary(); }));
}

TEST_F(ReloadTest, WrongFilesChangeNothingAndAreTriedAgain) {
  Start();
  const std::string sound = ReadFile(files().config_path());
  const std::string token =
      absl::StrCat(LineOf("\"widekyc_token\"", sound),
                   ": widekyc.accounts[0].token_file: the file that it names ");
  const auto expect_fault = [&](absl::string_view fault) {
    const std::string said = absl::StrCat(kAllStays, files().config_path(), ":", fault);
    EXPECT_TRUE(gateway().process().AwaitError(said)) << said;
    EXPECT_EQ(Detect(), "OK") << fault;
    EXPECT_EQ(Create(), "OK") << fault;
  };
  Write("widekyc_token", "");
  ASSERT_TRUE(Reload("failed"));
  expect_fault(token + "is empty\n");
  Replace("widekyc_token", kOtherWideKycToken, 0604);
  ASSERT_TRUE(Reload("failed"));
  expect_fault(token + "is open to every user");
  std::filesystem::remove(files().path("widekyc_token"));
  ASSERT_TRUE(Reload("failed"));
  expect_fault(token + "cannot be read: No such file or directory\n");
  Replace("config.textproto", sound.substr(0, sound.find("admin {") + 9));
  ASSERT_TRUE(Reload("failed"));
  expect_fault("");
  Write("widekyc_token", kWideKycToken);
  EXPECT_EQ(Reloads("ok"), 0);
  // Nobody says so; it is seen.
  Replace("config.textproto", sound);
  EXPECT_TRUE(gateway().process().AwaitError(kTakenOver));
  EXPECT_EQ(Reloads("ok"), 1);
  EXPECT_EQ(Detect(), "OK");
}

TEST_F(ReloadTest, WhatNeedsARestartIsSaidAndTheSecretsAreTakenOver) {
  Write("widekyc_token", kOtherWideKycToken);
  Start();
  Replace("widekyc_token", kWideKycToken);
  Replace("config.textproto",
          absl::StrCat(ReadFile(files().config_path()), "drain_timeout { seconds: 9 }\n"));
  ASSERT_TRUE(Reload());
  EXPECT_TRUE(gateway().process().AwaitError(kRestart));
  EXPECT_EQ(Detect(), "OK");
}

TEST_F(ReloadTest, OtherAccountsAreNotTakenOver) {
  Start();
  // In this order, as the gateway may look in between.
  Replace("config.textproto", absl::StrReplaceAll(ReadFile(files().config_path()),
                                                  {{"name: \"netzme\"", "name: \"another\""}}));
  Replace("widekyc_token", kOtherWideKycToken);
  ASSERT_TRUE(Reload("failed"));
  EXPECT_TRUE(gateway().process().AwaitError(kRestart));
  EXPECT_THAT(gateway().process().StandardError(),
              testing::HasSubstr(absl::StrCat(
                  kAllStays, "its accounts, or the addresses of their upstreams, are others\n")));
  EXPECT_EQ(Detect(), "OK") << "with the token it was started with";
}

TEST_F(ReloadTest, SighupDoesNotEndADrain) {
  HoldingUpstream upstream(kLiveReply);
  StartGateway({.widekyc_url = upstream.url(), .more = "drain_timeout { seconds: 300 }"});
  const ManyCalls held(gateway().grpc_port(), kLivenessMethod,
                       grpc::Slice(Liveness().SerializeAsString()), 1, transcript());
  ASSERT_TRUE(upstream.AwaitArrived(1));
  gateway().process().Signal(SIGTERM);
  ASSERT_TRUE(gateway().process().AwaitError("draining"));
  gateway().process().Signal(SIGHUP);
  upstream.Release();
  ASSERT_TRUE(held.AwaitEnded(1));
  EXPECT_EQ(held.Ended().at(0).Summary(), "OK");
  EXPECT_EQ(gateway().process().AwaitEnd(), 0);
}

TEST_F(ReloadTest, TheLogsLevelIsTheNewOneAtOnce) {
  Start();
  const std::string plain = ReadFile(files().config_path());
  const std::string quiet =
      absl::StrReplaceAll(plain, {{"log_level: \"debug\"", "log_level: \"warn\""}});
  EXPECT_EQ(Detect({.headers = {{"x-request-id", "told"}}}), "OK");
  EXPECT_TRUE(gateway().process().AwaitError("request_id=told"));
  Replace("config.textproto", quiet);
  gateway().process().Signal(SIGHUP);
  // No line tells of it.
  ASSERT_TRUE(AwaitAnswer("1", [&] { return absl::StrCat(Reloads("ok")); }));
  EXPECT_EQ(Detect({.headers = {{"x-request-id", "not-told"}}}), "OK");
  Replace("config.textproto", plain);
  ASSERT_TRUE(Reload());
  EXPECT_EQ(Detect({.headers = {{"x-request-id", "told-again"}}}), "OK");
  EXPECT_TRUE(gateway().process().AwaitError("request_id=told-again"));
  EXPECT_THAT(gateway().process().StandardError(), testing::Not(testing::HasSubstr("not-told")));
}

TEST_F(ReloadTest, ARoomsLevelIsChangedWhileItRunsAndOutlivesAReload) {
  Start();
  const std::string plain = ReadFile(files().config_path());
  const auto configure = [&](const std::string& level) {
    Replace("config.textproto",
            absl::StrReplaceAll(
                plain, {{"log_level: \"debug\"", absl::StrCat("log_level: \"", level, "\"")}}));
  };
  configure("info");
  ASSERT_TRUE(Reload());
  const auto change = [this](const std::string& query,
                             const std::vector<std::string>& headers = {}) {
    return Post(gateway().admin_port(), absl::StrCat("/log-level", query), headers, "");
  };
  EXPECT_EQ(change("?room=upstream&level=debug", {"Origin: http://elsewhere"}).status, 403);
  EXPECT_EQ(change("?room=kitchen&level=debug").status, 400);
  EXPECT_THAT(change("?room=upstream&level=debug").body,
              testing::HasSubstr("\nupstream debug, until the process ends; configured: info\n"));
  EXPECT_EQ(Detect({}), "OK");
  EXPECT_TRUE(gateway().process().AwaitError("debug slots upstream=widekyc account="));
  EXPECT_EQ(change("?room=rpc&level=error").status, 200);
  configure("warn");
  gateway().process().Signal(SIGHUP);
  ASSERT_TRUE(AwaitAnswer("2", [&] { return absl::StrCat(Reloads("ok")); }));
  EXPECT_THAT(Get(gateway().admin_port(), "/log-level").body,
              testing::AllOf(testing::HasSubstr("process warn\nrpc error, until"),
                             testing::HasSubstr("\nupstream debug, until")));
  EXPECT_EQ(change("?level=configured").body.find("until"), std::string::npos);
}

}  // namespace
}  // namespace kyc::tests
