// Who gets in by which gRPC listener.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/access/tls_test.h"
#include "tests/support/files.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kUnknownCaller[] = "UNAUTHENTICATED CALLER_UNAUTHENTICATED not_sent -";

class GrpcListenersTest : public TlsTest {
 protected:
  static std::string Listener(absl::string_view address, absl::string_view more) {
    return absl::StrCat(" listeners { address: \"", address, "\" ", more, " }");
  }
  std::string Detect(const std::shared_ptr<grpc::Channel>& channel) {
    return Client(channel, transcript()).DetectLiveness(Liveness()).error.Summary();
  }
};

TEST_F(GrpcListenersTest, EachModeTakesTheCertificatesThatItShould) {
  StartGateway({.grpc = absl::StrCat(Listener("127.0.0.1:0", TlsBlock()),
                                     Listener("127.0.0.1:0", AskingBlock("OPTIONAL")),
                                     Listener("127.0.0.1:0", AskingBlock("REQUIRED")))});
  const Identity ours = MakeIdentity({.name = "DNS:app.example"}, &clients_);
  const Identity strangers = MakeIdentity({.name = "DNS:app.example"}, &root_);
  const Identity made_itself = MakeIdentity({.name = "DNS:app.example"}, nullptr);
  const Identity expired = MakeIdentity(
      {.name = "DNS:app.example", .valid_from = -absl::Hours(2), .valid_to = -absl::Hours(1)},
      &clients_);
  const Identity for_servers =
      MakeIdentity({.name = "DNS:app.example", .usage = "serverAuth"}, &clients_);
  const struct {
    const char* what;
    const Identity* shown;
    const char* none;
    const char* optional;
    const char* required;
  } cases[] = {
      {"no certificate", nullptr, "OK", "OK", "UNAVAILABLE"},
      {"ours", &ours, "OK", "OK", "OK"},
      {"a stranger's", &strangers, "OK", "UNAVAILABLE", "UNAVAILABLE"},
      {"made by itself", &made_itself, "OK", "UNAVAILABLE", "UNAVAILABLE"},
      {"expired", &expired, "OK", "UNAVAILABLE", "UNAVAILABLE"},
      {"for servers only", &for_servers, "OK", "UNAVAILABLE", "UNAVAILABLE"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Health(Connect(1, root_, c.shown)), c.none) << c.what;
    EXPECT_EQ(Health(Connect(2, root_, c.shown)), c.optional) << c.what;
    EXPECT_EQ(Health(Connect(3, root_, c.shown)), c.required) << c.what;
  }
  EXPECT_EQ(Health(OpenChannel(gateway().grpc_ports().at(1))), "UNAVAILABLE") << "plaintext";
  EXPECT_EQ(Health(Connect(0, root_)), "UNAVAILABLE") << "TLS to a listener of plaintext";
  EXPECT_EQ(Health(client().channel()), "OK");
}

TEST_F(GrpcListenersTest, TheEnvironmentChangesNoCiphers) {
  setenv("GRPC_SSL_CIPHER_SUITES", "none-that-there-is", 1);
  StartGateway({.grpc = Listener("127.0.0.1:0", TlsBlock())});
  unsetenv("GRPC_SSL_CIPHER_SUITES");
  EXPECT_EQ(Health(Connect(1, root_)), "OK");
}

TEST_F(GrpcListenersTest, TrustIsTheListenersAndNotTheAddresses) {
  const std::string path = MakeShortFolder() + "/grpc.sock";
  Start({.grpc = absl::StrCat(Listener("127.0.0.1:0", ""), Listener("127.0.0.1:0", TlsBlock()),
                              Listener("unix:" + path, "trusted: true"))});
  EXPECT_EQ(Detect(client().channel()), "OK");
  EXPECT_EQ(Detect(OpenChannel("unix:" + path, grpc::InsecureChannelCredentials())), "OK");
  EXPECT_EQ(Detect(OpenChannel(gateway().grpc_ports().at(1))), kUnknownCaller);
  EXPECT_EQ(Detect(Connect(2, root_)), kUnknownCaller);
  EXPECT_EQ(simulator().Count(), 2);
}

}  // namespace
}  // namespace kyc::tests
