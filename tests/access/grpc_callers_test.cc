// Who calls, and what it may: by certificate, by token, by a trusted listener.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/access/tls_test.h"
#include "tests/access/watching.h"
#include "tests/support/files.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kWatch[] = "netzme.v1.UpgradeNotificationService/WatchUpgrades";
constexpr char kUnknown[] = "UNAUTHENTICATED CALLER_UNAUTHENTICATED not_sent -";
constexpr char kForbidden[] = "PERMISSION_DENIED CALLER_FORBIDDEN not_sent -";

class GrpcCallersTest : public TlsTest {
 protected:
  // The second listener speaks TLS, and takes clients' certificates.
  void StartWith(const std::string& callers) {
    Start({.grpc =
               absl::StrCat("listeners { address: \"127.0.0.1:0\" ", AskingBlock("OPTIONAL"), " }"),
           .callers = callers});
  }
  // By TLS, with a certificate for these names.
  std::shared_ptr<grpc::Channel> As(const std::string& names) {
    const Identity identity = MakeIdentity({.name = names}, &clients_);
    return Connect(1, root_, &identity);
  }
  std::string Detect(const std::shared_ptr<grpc::Channel>& channel, const CallOptions& how = {}) {
    return Client(channel, transcript()).DetectLiveness(Liveness(), how).error.Summary();
  }
  // How many were not let in for that reason, once there are so many: a caller may know before its
  // call is counted.
  double NotLetIn(const std::string& why, double at_least) {
    const absl::Time end = absl::Now() + kPatience;
    double count = 0;
    do {
      count = gateway().Metric(absl::StrCat("kyc_calls_not_let_in_total{why=\"", why, "\"} "));
    } while (count < at_least && absl::Now() < end);
    return count;
  }
  void ReplaceInConfig(const std::string& from, const std::string& to) {
    WriteFile(files().path("new"),
              absl::StrReplaceAll(ReadFile(files().config_path()), {{from, to}}));
    Rename(files().path("new"), files().config_path());
    gateway().process().Signal(SIGHUP);
  }
};

TEST_F(GrpcCallersTest, CertificatesNamesAreTheCaller) {
  StartWith(R"(
      callers { name: "app" certificate_dns_names: "app.example" }
      callers { name: "mesh" certificate_uris: "spiffe://example/mesh" }
      callers { name: "local" loopback: true })");
  const struct {
    const char* names;
    const char* end;
  } cases[] = {
      {"DNS:app.example", "OK"},
      {"DNS:x.example,DNS:APP.example", "OK"},
      {"URI:spiffe://example/mesh", "OK"},
      {"URI:spiffe://example/mesh,URI:spiffe://example/other", "OK"},
      {"DNS:xapp.example", kUnknown},
      {"DNS:*.example", kUnknown},
      {"URI:spiffe://example/mesh2", kUnknown},
      {"URI:https://app.example", kUnknown},
      {"email:app.example@x.example", kUnknown},
      {"IP:127.0.0.1", kUnknown},
  };
  for (const auto& c : cases) EXPECT_EQ(Detect(As(c.names)), c.end) << c.names;
  EXPECT_EQ(Detect(Connect(1, root_)), kUnknown) << "without any, and it is not trusted";
  EXPECT_EQ(Detect(client().channel()), "OK");
  EXPECT_EQ(NotLetIn("unknown_certificate", 6), 6);
  EXPECT_EQ(NotLetIn("no_credentials", 1), 1);
  EXPECT_TRUE(gateway().process().AwaitError(
      "not let in: CALLER_UNAUTHENTICATED why=unknown_certificate "
      "method=widekyc.v1.WideKycService/DetectLiveness caller=unknown from=ipv4:127.0.0.1\n"));
}

TEST_F(GrpcCallersTest, DigestStandsForItsToken) {
  StartWith(absl::StrCat("callers { name: \"app\" bearer_token_sha256: \"", Sha256(kBearerToken),
                         "\" }"));
  const auto with = [](absl::string_view token) {
    CallOptions how;
    how.headers["authorization"] = absl::StrCat("Bearer ", token);
    return how;
  };
  EXPECT_EQ(Detect(client().channel(), with(kBearerToken)), "OK");
  EXPECT_EQ(Detect(Connect(1, root_), with(kBearerToken)), "OK");
  EXPECT_EQ(Detect(As("DNS:app.example"), with(kBearerToken)), "OK");
  EXPECT_EQ(Detect(client().channel(), with(Sha256(kBearerToken))), kUnknown);
  EXPECT_EQ(NotLetIn("unknown_token", 1), 1);
}

TEST_F(GrpcCallersTest, ProxysHeadersTakeTrustAway) {
  StartWith(R"(callers { name: "local" loopback: true })");
  for (const char* header :
       {"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-client-cert", "via",
        "x-real-ip", "x-envoy-external-address", "cf-connecting-ip", "true-client-ip"}) {
    CallOptions how;
    how.headers[header] = "10.1.2.3";
    EXPECT_EQ(Detect(client().channel(), how), kUnknown) << header;
  }
  CallOptions plain;
  plain.headers = {{"x-request-id", "a"}, {"x-forwardedness", "b"}, {"traceparent", "c"}};
  EXPECT_EQ(Detect(client().channel(), plain), "OK");
  EXPECT_EQ(NotLetIn("forwarded", 9), 9);
}

TEST_F(GrpcCallersTest, CallerMayCallWhatIsNamed) {
  StartWith(absl::StrCat("callers { name: \"app\" certificate_dns_names: \"app.example\" ",
                         "may_call: \"widekyc.v1.WideKycService/ValidateId\" may_call: \"", kWatch,
                         "\" }"));
  const auto channel = As("DNS:app.example");
  EXPECT_EQ(Detect(channel), kForbidden);
  EXPECT_EQ(Client(channel, transcript()).ValidateId(Validate()).error.Summary(), "OK");
  EXPECT_EQ(Client(channel, transcript())
                .Raw("/kyc.admin.v1.QuarantineService/ListQuarantined", "")
                .error.Summary(),
            kForbidden);
  EXPECT_EQ(Health(channel), "OK");
  EXPECT_TRUE(Watching(channel).AwaitStarted());
  EXPECT_EQ(NotLetIn("method", 1), 1);
  EXPECT_EQ(NotLetIn("not_admin", 1), 1);
  EXPECT_TRUE(
      gateway().process().AwaitError("not let in: CALLER_FORBIDDEN why=method "
                                     "method=widekyc.v1.WideKycService/DetectLiveness "
                                     "caller=app from=ipv4:127.0.0.1\n"));
}

TEST_F(GrpcCallersTest, RevokedNameIsRefusedOnItsOpenConnectionAndItsStreamsEnd) {
  StartWith(R"(
      callers { name: "app" certificate_dns_names: "app.example" }
      callers { name: "viewer" certificate_dns_names: "viewer.example" allow_full_view: true }
      callers { name: "local" loopback: true })");
  const auto revoked = As("DNS:app.example"), viewer = As("DNS:viewer.example");
  Watching of_revoked(revoked), of_viewer(viewer, ::netzme::v1::VIEW_FULL), basic(viewer),
      of_local(client().channel());
  for (Watching* each : {&of_revoked, &of_viewer, &basic, &of_local}) {
    ASSERT_TRUE(each->AwaitStarted());
  }
  EXPECT_EQ(Detect(revoked), "OK");
  ReplaceInConfig("\"app.example\"", "\"next.example\"");
  EXPECT_EQ(View(of_revoked.AwaitEnd()).Summary(), kUnknown);
  EXPECT_EQ(Detect(revoked), kUnknown);
  EXPECT_EQ(Detect(As("DNS:next.example")), "OK");
  ReplaceInConfig(" allow_full_view: true", "");
  EXPECT_EQ(View(of_viewer.AwaitEnd()).Summary(), kForbidden);
  of_local.Cancel();
  EXPECT_EQ(View(of_local.AwaitEnd()).Summary(), "CANCELLED - - -") << "until then it was open";
}

}  // namespace
}  // namespace kyc::tests
