// What becomes of a notification that could not be read, from the webhook to the operator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/follower.h"
#include "tests/support/gateway_test.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kOperator[] =
    R"(callers { name: "operator" loopback: true allow_admin: true allow_full_view: true })";

std::string Text(absl::string_view rest) {
  return absl::StrCat(R"({"originalReferenceNo":")", kReferenceMark, R"(-1","custId":")",
                      kPhoneStart, R"(11",)", rest, R"("additionalInfo":{"motherMaidenName":")",
                      kName, R"(","benefits":["b"]}})");
}
// Netzme's document requires a status.
const std::string kWithoutStatus = Text("");
const std::string kReadable = Text(R"("status":"approved",)");
const std::string kNoJson = absl::StrCat("<reference>", kReferenceMark, " ", kName, "</reference>");

class QuarantineTest : public GatewayTest {
 protected:
  void StartGateway(GatewayOptions options) {
    options.log_engine = engine_->Block();
    GatewayTest::StartGateway(options);
  }
  long PostBody(const std::string& body, const std::string& type = "application/json",
                const std::string& token = kCallbackToken) {
    return Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: " + type, absl::StrCat("x-callback-token: ", token)}, body)
        .status;
  }

  template <typename Response, typename Request>
  Reply<Response> Ask(const char* method, const Request& request) {
    const Reply<std::string> raw = client().Raw(
        absl::StrCat("/kyc.admin.v1.QuarantineService/", method), request.SerializeAsString());
    Reply<Response> reply{raw.error, {}};
    EXPECT_TRUE(reply.response.ParseFromString(raw.response));
    return reply;
  }
  Reply<admin::v1::ListQuarantinedResponse> List(int page_size = 0, const std::string& token = "") {
    admin::v1::ListQuarantinedRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Ask<admin::v1::ListQuarantinedResponse>("ListQuarantined", request);
  }
  Reply<admin::v1::GetQuarantinedResponse> Show(
      int64_t id, ::netzme::v1::View view = ::netzme::v1::VIEW_BASIC) {
    admin::v1::GetQuarantinedRequest request;
    request.set_id(id);
    request.set_view(view);
    return Ask<admin::v1::GetQuarantinedResponse>("GetQuarantined", request);
  }
  Reply<admin::v1::RedriveQuarantinedResponse> Redrive(int64_t id,
                                                       const std::string& corrected = "") {
    admin::v1::RedriveQuarantinedRequest request;
    request.set_id(id);
    request.set_corrected_body(corrected);
    return Ask<admin::v1::RedriveQuarantinedResponse>("RedriveQuarantined", request);
  }
  std::string Discard(int64_t id) {
    admin::v1::DiscardQuarantinedRequest request;
    request.set_id(id);
    return Ask<admin::v1::DiscardQuarantinedResponse>("DiscardQuarantined", request)
        .error.Summary();
  }

 private:
  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
};

TEST_F(QuarantineTest, UnreadableBodiesAreListedAndShownWithoutAnybodysData) {
  StartGateway({.callers = kOperator});
  EXPECT_EQ(PostBody(kWithoutStatus), 400);
  EXPECT_EQ(PostBody(kNoJson), 400);
  EXPECT_EQ(PostBody(kReadable, "text/plain"), 400);
  EXPECT_EQ(PostBody(kWithoutStatus), 400);

  const auto first = List(2);
  ASSERT_EQ(first.response.entries_size(), 2);
  const auto rest = List(2, first.response.next_page_token());
  ASSERT_EQ(rest.response.entries_size(), 1);
  EXPECT_THAT(rest.response.next_page_token(), IsEmpty());
  const auto& again = first.response.entries(0);
  EXPECT_EQ(again.answer(), "4000002 Invalid Mandatory Field status");
  EXPECT_EQ(again.times_received(), 2);
  EXPECT_EQ(again.size_bytes(), static_cast<int64_t>(kWithoutStatus.size()));
  EXPECT_EQ(again.account(), "netzme");
  EXPECT_THAT(rest.response.entries(0).answer(), HasSubstr("does not mean JSON"));

  for (const int64_t id : {1, 2, 3}) {
    const std::string masked = Show(id).response.masked_body();
    EXPECT_THAT(masked, HasSubstr("*****"));
    EXPECT_THAT(PlantedIn(masked), IsEmpty()) << masked;
    for (const char c : masked) EXPECT_FALSE(absl::ascii_isdigit(static_cast<unsigned char>(c)));
  }
  EXPECT_THAT(Show(1).response.masked_body(), HasSubstr(R"("motherMaidenName":"******)"));
}

TEST_F(QuarantineTest, RedrivenBodyBecomesAnEventOnceAndAnUnreadableOneStays) {
  StartGateway({.callers = kOperator});
  EXPECT_EQ(PostBody(kWithoutStatus), 400);
  EXPECT_EQ(PostBody(kReadable, "text/plain"), 400);
  const auto unreadable = Redrive(1);
  EXPECT_EQ(unreadable.error.code, "FAILED_PRECONDITION");
  EXPECT_EQ(unreadable.error.reason, "STILL_UNREADABLE");
  EXPECT_TRUE(Show(1).ok());

  const auto redriven = Redrive(2);
  ASSERT_TRUE(redriven.ok()) << redriven.error.Summary();
  EXPECT_FALSE(redriven.response.repeat());
  EXPECT_EQ(Show(2).error.reason, "QUARANTINED_NOT_FOUND");
  EXPECT_EQ(Redrive(2).error.reason, "QUARANTINED_NOT_FOUND");

  EXPECT_EQ(PostBody(kReadable, "text/plain"), 400);
  const auto repeated = Redrive(3);
  ASSERT_TRUE(repeated.ok()) << repeated.error.Summary();
  EXPECT_TRUE(repeated.response.repeat());
  EXPECT_EQ(repeated.response.sequence(), redriven.response.sequence());

  Follower follower;
  follower.CatchUp(gateway().grpc_port());
  ASSERT_EQ(follower.seen().size(), 1u);
  EXPECT_EQ(follower.seen()[0].sequence(), redriven.response.sequence());
  EXPECT_EQ(follower.seen()[0].raw_body(), kReadable);
  EXPECT_EQ(follower.seen()[0].account(), "netzme");
}

TEST_F(QuarantineTest, CorrectedBodyBecomesAnEventThatSaysSoAndTheOriginalStays) {
  StartGateway({.callers = kOperator});
  EXPECT_EQ(PostBody(kWithoutStatus), 400);
  // As large as the webhook takes bodies by default, and larger.
  const auto redriven = Redrive(1, kReadable + std::string(100'000, ' '));
  ASSERT_TRUE(redriven.ok()) << redriven.error.Summary();

  Follower follower;
  follower.CatchUp(gateway().grpc_port());
  ASSERT_EQ(follower.seen().size(), 1u);
  const ::netzme::v1::UpgradeEvent& event = follower.seen()[0];
  EXPECT_EQ(event.status(), ::netzme::v1::UPGRADE_STATUS_APPROVED);
  EXPECT_EQ(event.redrive().quarantine_id(), 1);
  EXPECT_EQ(event.redrive().caller(), "operator");
  EXPECT_TRUE(event.redrive().corrected());
  EXPECT_TRUE(gateway().process().AwaitError(
      "quarantine: entry 1 redriven by operator with a corrected body: event 1"));

  EXPECT_EQ(StopGateway(), 0);
  StartGateway({.callers = kOperator});
  const auto kept = Show(1, ::netzme::v1::VIEW_FULL);
  EXPECT_EQ(kept.response.body(), kWithoutStatus);
  EXPECT_EQ(kept.response.entry().redriven().caller(), "operator");
  EXPECT_EQ(kept.response.entry().redriven().sequence(), event.sequence());
}

TEST_F(QuarantineTest, AccountThatFillsItsShareTakesNoneOfAnothers) {
  StartGateway({.webhook = R"(accounts { name: "other" callback_token_files: "bearer_token" })",
                .event_log = "quarantine_max_entries: 2",
                .callers = kOperator});
  EXPECT_EQ(PostBody("first"), 400);
  EXPECT_EQ(PostBody("second"), 503);
  EXPECT_EQ(PostBody("first", "application/json", kBearerToken), 400);
  EXPECT_EQ(PostBody("second", "application/json", kBearerToken), 503);
  EXPECT_EQ(PostBody(kReadable), 200);
  EXPECT_EQ(List().response.entries_size(), 2);
}

TEST_F(QuarantineTest, NearlyFullIsSaidByReadinessAndAMetric) {
  StartGateway({.event_log = "quarantine_max_entries: 5", .callers = kOperator});
  const auto ready = [this] { return Get(gateway().admin_port(), "/readyz"); };
  for (const char* body : {"1", "2", "3"}) EXPECT_EQ(PostBody(body), 400);
  EXPECT_EQ(ready().body, "ok\n");
  EXPECT_EQ(PostBody("4"), 400);
  EXPECT_EQ(ready().status, 200);
  EXPECT_THAT(ready().body, HasSubstr("the quarantine is nearly full: 80 %"));
  EXPECT_EQ(gateway().Metric("kyc_quarantine_used_ratio "), 0.8);
  EXPECT_EQ(PostBody("5"), 400);
  EXPECT_EQ(ready().status, 200) << "what can be read is still taken";
  EXPECT_THAT(ready().body, HasSubstr("the quarantine is full: "));
  EXPECT_EQ(Discard(1), "OK");
  EXPECT_EQ(Discard(2), "OK");
  EXPECT_EQ(ready().body, "ok\n");
}

TEST_F(QuarantineTest, DiscardedEntryIsGoneAndTheOthersOutliveTheProcess) {
  StartGateway({.callers = kOperator});
  EXPECT_EQ(PostBody(kWithoutStatus), 400);
  EXPECT_EQ(PostBody(kNoJson), 400);
  EXPECT_EQ(Discard(1), "OK");
  EXPECT_THAT(Discard(1), HasSubstr("QUARANTINED_NOT_FOUND"));
  EXPECT_EQ(StopGateway(), 0);
  StartGateway({.callers = kOperator});
  const auto left = List();
  ASSERT_EQ(left.response.entries_size(), 1);
  EXPECT_EQ(left.response.entries(0).id(), 2);
}

TEST_F(QuarantineTest, NobodyElseSeesOrTouchesIt) {
  StartGateway({.callers = R"(callers { name: "reader" loopback: true allow_full_view: true })"});
  EXPECT_EQ(PostBody(kReadable, "text/plain"), 400);
  EXPECT_EQ(List().error.reason, "CALLER_FORBIDDEN");
  EXPECT_EQ(Show(1).error.reason, "CALLER_FORBIDDEN");
  EXPECT_EQ(Redrive(1).error.reason, "CALLER_FORBIDDEN");
  EXPECT_THAT(Discard(1), HasSubstr("CALLER_FORBIDDEN"));
  EXPECT_EQ(StopGateway(), 0);
  StartGateway({.callers = kOperator});
  EXPECT_EQ(List().response.entries_size(), 1);
}

}  // namespace
}  // namespace kyc::tests
