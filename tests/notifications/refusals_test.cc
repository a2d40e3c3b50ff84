// No notification with a right token vanishes without a trace: by real requests to a real gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/follower.h"
#include "tests/support/gateway_test.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

constexpr char kReader[] = R"(callers { name: "reader" loopback: true allow_full_view: true })";
constexpr char kPath[] = "/v1.0/snap/account/upgrade/notify";

std::string Body(const std::string& reference, const std::string& status = "approved") {
  return absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","custId":")", kPhoneStart,
                      R"(11","status":")", status, R"(","additionalInfo":{"benefits":["b"]}})");
}

class RefusalsTest : public GatewayTest {
 protected:
  void StartGateway(GatewayOptions options) {
    options.log_engine = engine_->Block();
    GatewayTest::StartGateway(options);
  }
  // With a right token.
  long PostTo(const std::string& target, const std::string& body,
              const std::string& header = "Content-Type: application/json") {
    return Post(gateway().webhook_port(), target,
                {absl::StrCat("x-callback-token: ", kCallbackToken), header}, body)
        .status;
  }
  // The events of the log, oldest first.
  std::vector<::netzme::v1::UpgradeEvent> Stored() {
    Follower follower;
    follower.CatchUp(gateway().grpc_port());
    return follower.seen();
  }

 private:
  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
};

TEST_F(RefusalsTest, WhatMeansAJsonNotificationIsStored) {
  StartGateway({.callers = kReader});
  EXPECT_EQ(PostTo(absl::StrCat("http://gateway", kPath), Body("absolute")), 200);
  EXPECT_EQ(PostTo(kPath, Body("text-json"), "Content-Type: text/json"), 200);
  EXPECT_EQ(PostTo(kPath, Body("plus-json"), "Content-Type: application/snap+json"), 200);
  EXPECT_EQ(PostTo(kPath, Body("no-type"), "Content-Type:"), 200);
  EXPECT_EQ(PostTo(kPath, Body("blanks", " Approved\\n")), 200);
  const auto stored = Stored();
  ASSERT_EQ(stored.size(), 5u);
  EXPECT_THAT(stored[0].anomalies(), testing::IsEmpty());
  for (const int odd : {1, 2, 3}) {
    EXPECT_THAT(stored[odd].anomalies(), testing::ElementsAre(::netzme::v1::ANOMALY_CONTENT_TYPE));
  }
  EXPECT_THAT(stored[4].anomalies(), testing::ElementsAre(::netzme::v1::ANOMALY_STATUS_BLANKS));
  EXPECT_EQ(stored[4].status(), ::netzme::v1::UPGRADE_STATUS_APPROVED);
  EXPECT_EQ(stored[4].status_text(), "Approved");
  EXPECT_EQ(gateway().Metric(R"(kyc_deviations_total{kind="content_type",upstream="netzme"})"), 3);
}

TEST_F(RefusalsTest, WhatIsRefusedIsInTheLogWithItsAccount) {
  StartGateway({.callers = kReader});
  const std::string large(70'000, ' ');
  EXPECT_EQ(PostTo("/elsewhere", Body("r")), 404);
  EXPECT_EQ(PostTo(kPath, large + Body("r")), 413);
  EXPECT_EQ(PostTo(kPath, Body("r"), "Content-Encoding: gzip"), 501);
  EXPECT_EQ(PostTo(kPath, Body("r"), absl::StrCat("A: ", std::string(20'000, 'a'))), 431);
  EXPECT_EQ(PostTo(kPath, Body("r"), "x-callback-token: wrong"), 401);
  for (const char* answer :
       {"4040002 Invalid Routing: its path is not the webhook's, body kept in quarantine",
        "4130000 Request Entity Too Large, body not read", "5010000 Not Implemented, body not read",
        "4310000 Request Header Fields Too Large, body not read",
        "4010000 Unauthorized: it has more than one token, body kept in quarantine"}) {
    EXPECT_TRUE(gateway().process().AwaitError(
        absl::StrCat("notification of account netzme answered ", answer)))
        << answer;
  }
  EXPECT_THAT(Stored(), testing::IsEmpty());
}

TEST_F(RefusalsTest, WhatAFullQuarantineCannotKeepIsToComeAgain) {
  StartGateway({.event_log = "quarantine_max_entries: 1", .callers = kReader});
  EXPECT_EQ(PostTo(kPath, "first"), 400);
  EXPECT_EQ(PostTo(kPath, "second"), 503);
  EXPECT_EQ(PostTo(kPath, "first"), 400);
  EXPECT_EQ(PostTo(kPath, Body("readable")), 200);
  EXPECT_TRUE(gateway().process().AwaitError(
      "notification of account netzme answered 5030000 Service Unavailable instead of 4000000"));
  EXPECT_EQ(Stored().size(), 1u);
}

}  // namespace
}  // namespace kyc::tests
