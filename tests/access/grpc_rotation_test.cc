// Certificates that are replaced, well and badly, while the gateway serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/access/tls_test.h"
#include "tests/access/watching.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

constexpr char kListener[] = "grpc.listeners[0].address";

class GrpcRotationTest : public TlsTest {
 protected:
  void StartWithTls() {
    StartGateway({.grpc = absl::StrCat("listeners { address: \"127.0.0.1:0\" ",
                                       AskingBlock("OPTIONAL"), " }"),
                  .callers = R"(callers { name: "app" bearer_token_file: "bearer_token" })"});
  }
  void Notify(const std::string& reference) {
    EXPECT_EQ(
        Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
             {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
             absl::StrCat(R"({"originalReferenceNo":")", reference,
                          R"(","custId":"c","status":"approved"})"))
            .status,
        200);
  }
};

TEST_F(GrpcRotationTest, NewConnectionsGetTheNewPairAndOpenStreamsLiveOn) {
  StartWithTls();
  const Identity new_root = MakeIdentity({.authority = true}, nullptr);
  const Identity new_clients = MakeIdentity({.authority = true}, nullptr);
  const Identity old_client = MakeIdentity({.name = "DNS:old.example"}, &clients_);
  const Identity new_client = MakeIdentity({.name = "DNS:new.example"}, &new_clients);
  Watching watching(Connect(1, root_, &old_client), ::netzme::v1::VIEW_BASIC,
                    absl::StrCat("Bearer ", kBearerToken));
  ASSERT_TRUE(watching.AwaitStarted());
  EXPECT_EQ(Health(Connect(1, root_, &new_client)), "UNAVAILABLE");
  WriteFile(files().path("clients.pem"), new_clients.Pem());
  PutServer(MakeIdentity({}, &new_root));
  ASSERT_TRUE(Look(kListener, Sees::kAnother));
  EXPECT_EQ(Health(Connect(1, new_root)), "OK");
  EXPECT_EQ(Health(Connect(1, new_root, &new_client)), "OK");
  EXPECT_EQ(Health(Connect(1, root_)), "UNAVAILABLE") << "the old certificate is gone";
  EXPECT_EQ(Health(Connect(1, new_root, &old_client)), "UNAVAILABLE") << "the old authority, too";
  Notify("order-1");
  EXPECT_TRUE(watching.AwaitEvent());
}

TEST_F(GrpcRotationTest, WhatCannotBeUsedIsNotedAndTheOldPairGoesOn) {
  StartWithTls();
  const Identity next = MakeIdentity({}, &root_);
  const struct {
    const char* file;
    std::string content;
    const char* fault;
  } cases[] = {
      {"server.key", next.KeyPem(), "the key does not fit the certificate"},
      {"server.pem", next.Pem().substr(0, 300),
       "the certificate file holds no certificate that can be read"},
      {"server.pem", next.Pem() + server_.Pem().substr(0, 30),
       "the certificate file is cut short, or holds more than certificates"},
  };
  for (const auto& c : cases) {
    WriteFile(files().path(c.file), c.content);
    ASSERT_TRUE(Look(kListener, Sees::kUnusable)) << c.fault;
    EXPECT_TRUE(gateway().process().AwaitError(c.fault)) << c.fault;
    EXPECT_EQ(Health(Connect(1, root_)), "OK") << c.fault;
  }
  PutServer(next);
  WriteFile(files().path("clients.pem"), "");
  ASSERT_TRUE(Look(kListener, Sees::kUnusable));
  EXPECT_TRUE(gateway().process().AwaitError("the client_ca_file is empty"));
  EXPECT_EQ(Health(Connect(1, root_)), "OK");
  std::filesystem::remove(files().path("server.key"));
  ASSERT_TRUE(Look(kListener, Sees::kUnusable));
  EXPECT_TRUE(gateway().process().AwaitError("the key_file cannot be read: No such file"));
  EXPECT_EQ(Health(Connect(1, root_)), "OK");
  EXPECT_GT(gateway().Metric(absl::StrCat("kyc_certificate_left_seconds{listener=\"", kListener)),
            3000);
  PutServer(next);
  WriteFile(files().path("clients.pem"), clients_.Pem());
  ASSERT_TRUE(Look(kListener, Sees::kAnother)) << "all is well again without a restart";
  EXPECT_EQ(Health(Connect(1, root_)), "OK");
}

TEST_F(GrpcRotationTest, StartWithoutAUsablePairIsRefusedInOneLine) {
  files().ConfigureText(ConfigText(
      {.grpc = absl::StrCat("listeners { address: \"127.0.0.1:0\" ", TlsBlock(), " }")}));
  WriteFile(files().path("server.key"), MakeIdentity({}, &root_).KeyPem());
  const ChildProcess refused("server/kyc-gateway", {"--config", files().config_path()});
  EXPECT_EQ(refused.AwaitEnd(), 1);
  EXPECT_THAT(refused.StandardError(),
              testing::EndsWith("kyc-gateway: the TLS files cannot be used: the key does not fit "
                                "the certificate (grpc.listeners[0].address)\n"));
  std::filesystem::remove(files().path("server.pem"));
  const ChildProcess missing("server/kyc-gateway", {"--config", files().config_path()});
  EXPECT_EQ(missing.AwaitEnd(), 1);
  EXPECT_THAT(missing.StandardError(),
              testing::EndsWith("kyc-gateway: the TLS files cannot be used: the certificate_file "
                                "cannot be read: No such file or directory "
                                "(grpc.listeners[0].address)\n"));
}

}  // namespace
}  // namespace kyc::tests
