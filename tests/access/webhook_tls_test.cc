// The webhook over TLS: notifications of a real gateway, and certificates that are replaced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/access/tls_test.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

constexpr char kListener[] = "webhook.listen";

class WebhookTlsTest : public TlsTest {
 protected:
  // The status of the answer to a notification that comes by a connection of its own; 0: there is
  // no such connection.
  long Notify(const Identity& trusts, const Identity* identity = nullptr) {
    const OverTls tls{trusts.Pem(), identity};
    return Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: application/json",
                 absl::StrCat("x-callback-token: ", kCallbackToken)},
                R"({"originalReferenceNo":"order-1","custId":"c","status":"approved"})", &tls)
        .status;
  }
};

TEST_F(WebhookTlsTest, NotificationsAreTakenAndPlaintextIsNot) {
  StartGateway({.webhook = TlsBlock()});
  EXPECT_EQ(Notify(root_), 200);
  EXPECT_EQ(Notify(clients_), 0) << "its certificate is verified";
  EXPECT_EQ(Get(gateway().webhook_port(), "/").status, 0);
  EXPECT_TRUE(gateway().process().AwaitError(
      "not let in: no TLS handshake with webhook: http request from=127.0.0.1"));
  EXPECT_EQ(
      gateway().Metric("kyc_connections_total{listener=\"webhook\",result=\"no_handshake\"} "), 2);
}

TEST_F(WebhookTlsTest, OfOtherNetworksNothingIsTaken) {
  StartGateway({.webhook = TlsBlock() + R"( source_networks: "192.0.2.0/24")"});
  EXPECT_EQ(Notify(root_), 403);
  EXPECT_TRUE(gateway().process().AwaitError(
      "not let in: listener=webhook why=source_network from=127.0.0.1"));
}

TEST_F(WebhookTlsTest, ASenderThatIsTooFastIsToldToComeAgain) {
  StartGateway({.webhook = R"(source_networks: "127.0.0.1" max_a_second_of_a_source: 1)"});
  const auto notify = [&](const std::string& token) {
    return Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: application/json", absl::StrCat("x-callback-token: ", token)},
                R"({"originalReferenceNo":"order-1","custId":"c","status":"approved"})")
        .status;
  };
  long status = 0;
  do {
    status = notify("wrong");
  } while (status == 401);  // Once a second it is looked at.
  EXPECT_EQ(status, 429);
  do {
    status = notify(kCallbackToken);
  } while (status == 429);
  EXPECT_EQ(status, 200);
  EXPECT_GT(
      gateway().Metric("kyc_requests_not_let_in_total{listener=\"webhook\",why=\"source_rate\"} "),
      0);
}

TEST_F(WebhookTlsTest, CertificatesOfSenders) {
  StartGateway({.webhook = AskingBlock("REQUIRED")});
  const Identity sender = MakeIdentity({.usage = "clientAuth"}, &clients_);
  const Identity stranger = MakeIdentity({.usage = "clientAuth"}, &root_);
  EXPECT_EQ(Notify(root_), 0);
  EXPECT_EQ(Notify(root_, &stranger), 0);
  EXPECT_EQ(Notify(root_, &sender), 200);
}

TEST_F(WebhookTlsTest, ThePairIsReplacedWhileItServes) {
  StartGateway({.webhook = TlsBlock()});
  const Identity new_root = MakeIdentity({.authority = true}, nullptr);
  const Identity next = MakeIdentity({}, &new_root);
  WriteFile(files().path("server.key"), next.KeyPem());
  ASSERT_TRUE(Look(kListener, Sees::kUnusable));
  EXPECT_EQ(Notify(root_), 200) << "the old pair goes on";
  std::filesystem::remove(files().path("server.pem"));
  ASSERT_TRUE(Look(kListener, Sees::kUnusable));
  EXPECT_EQ(Notify(root_), 200);
  PutServer(next);
  ASSERT_TRUE(Look(kListener, Sees::kAnother));
  EXPECT_EQ(Notify(new_root), 200);
  EXPECT_EQ(Notify(root_), 0);
  EXPECT_GT(gateway().Metric("kyc_certificate_left_seconds{listener=\"webhook.listen\""), 3000);
}

TEST_F(WebhookTlsTest, StartWithoutAUsablePairIsRefusedInOneLine) {
  files().ConfigureText(ConfigText({.webhook = TlsBlock()}));
  WriteFile(files().path("server.key"), MakeIdentity({}, &root_).KeyPem());
  const ChildProcess refused("server/kyc-gateway", {"--config", files().config_path()});
  EXPECT_EQ(refused.AwaitEnd(), 1);
  EXPECT_THAT(refused.StandardError(),
              testing::EndsWith("kyc-gateway: the TLS files cannot be used: the key does not fit "
                                "the certificate (webhook.listen)\n"));
}

}  // namespace
}  // namespace kyc::tests
