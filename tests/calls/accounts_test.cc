// Which of several configured accounts a call uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::ElementsAre;

// Both upstreams know the second of two accounts only.
class AccountsTest : public GatewayTest {
 protected:
  void SetUp() override { Start({.second_accounts = true}, Simulator::Account::kSecond); }
};

TEST_F(AccountsTest, NamedAccountsCredentialsAreSent) {
  LivenessRequest liveness = Liveness();
  liveness.set_account("second");
  EXPECT_EQ(client().DetectLiveness(liveness).error.Summary(), "OK");
  EXPECT_EQ(simulator().ReceivedOnce(liveness.cust_ref_no()).at("headers").at("token").as_string(),
            kOtherWideKycToken);
  WidgetRequest widget = Widget();
  widget.set_account("second");
  EXPECT_EQ(client().CreateWidget(widget).error.Summary(), "OK");
  const boost::json::object received = simulator().ReceivedOnce(widget.partner_reference_no());
  EXPECT_EQ(received.at("fields").at("merchantId").as_string(), "merchant-second");
  EXPECT_EQ(received.at("fields").at("merchantPass").as_string(), kOtherMerchantPass);
  EXPECT_EQ(received.at("fields").as_object().count("account"), 0U);
}

TEST_F(AccountsTest, CredentialsThatTheUpstreamRefusesAreTheGatewaysFault) {
  LivenessRequest liveness = Liveness();
  liveness.set_account("first");
  EXPECT_EQ(client().DetectLiveness(liveness).error.Summary(),
            "FAILED_PRECONDITION UPSTREAM_CREDENTIALS_REJECTED refused -");
  WidgetRequest widget = Widget();
  widget.set_account("first");
  EXPECT_EQ(client().CreateWidget(widget).error.Summary(),
            "FAILED_PRECONDITION UPSTREAM_CREDENTIALS_REJECTED refused -");
}

TEST_F(AccountsTest, NoAccountIsRefused) {
  const char* violation = "account: must be given, because several accounts are configured";
  EXPECT_THAT(client().DetectLiveness(Liveness()).error.violations, ElementsAre(violation));
  EXPECT_THAT(client().RecognizeId(Recognize()).error.violations, ElementsAre(violation));
  EXPECT_THAT(client().ValidateId(Validate()).error.violations, ElementsAre(violation));
  EXPECT_THAT(client().CreateWidget(Widget()).error.violations, ElementsAre(violation));
  EXPECT_EQ(simulator().Count(), 0);
}

TEST_F(AccountsTest, UnknownAccountIsRefused) {
  WidgetRequest widget = Widget();
  widget.set_account("third");
  const ErrorView error = client().CreateWidget(widget).error;
  EXPECT_EQ(error.Summary(), "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
  EXPECT_THAT(error.violations, ElementsAre("account: must be the name of a configured account"));
  EXPECT_EQ(simulator().Count(), 0);
}

TEST_F(AccountsTest, AttemptsAreCountedByAccount) {
  LivenessRequest request = Liveness();
  request.set_account("second");
  ASSERT_EQ(client().DetectLiveness(request).error.Summary(), "OK");
  EXPECT_EQ(gateway().Metric("kyc_upstream_attempts_total{account=\"second\",result=\"200\","
                             "upstream=\"widekyc\"} "),
            1);
}

}  // namespace
}  // namespace kyc::tests
