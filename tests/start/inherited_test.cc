// Sockets that systemd has opened: a gateway that is started with them serves whoever comes there.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

std::string Inheriting(const std::string& grpc) {
  return absl::StrReplaceAll(
      ConfigText({.widekyc_url = "http://127.0.0.1:1",
                  .callers = R"(callers { name: "app" bearer_token_file: "bearer_token" })"}),
      {{R"(grpc { listen: "127.0.0.1:0" trusted: true)",
        absl::StrCat("grpc { listen: \"systemd:", grpc,
                     "\" insecure_plaintext_i_understand: true")},
       {"webhook {\n  listen: \"127.0.0.1:0\"",
        "webhook {\n  listen: \"systemd:webhook\" insecure_plaintext_i_understand: true"}});
}

TEST(Inherited, SocketsOfSystemdAreServed) {
  GatewayFiles files;
  files.ConfigureText(Inheriting("grpc"));
  const Gateway gateway(files, {.path = "tests/start/pass_sockets.py"});
  ASSERT_NE(gateway.grpc_port(), 0);
  ASSERT_NE(gateway.webhook_port(), 0);
  Transcript transcript;
  Client client(gateway.grpc_port(), transcript);
  EXPECT_EQ(client.Raw("/grpc.health.v1.Health/Check", "").error.code, "OK");
  EXPECT_EQ(
      Post(gateway.webhook_port(), "/v1.0/snap/account/upgrade/notify",
           {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
           R"({"originalReferenceNo":"order-1","custId":"c","status":"approved"})")
          .status,
      200);
  EXPECT_EQ(gateway.process().Stop(), 0);
}

TEST(Inherited, NothingStartsWithoutASocketOfThatName) {
  GatewayFiles files;
  files.ConfigureText(Inheriting("other"));
  const ChildProcess process("tests/start/pass_sockets.py", {"--config", files.config_path()});
  EXPECT_EQ(process.AwaitEnd(), 1);
  EXPECT_TRUE(process.AwaitError("cannot listen on systemd:other: no socket of that name"));
}

}  // namespace
}  // namespace kyc::tests
