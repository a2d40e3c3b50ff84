// The way to an upstream through a forward proxy: a real one, Debian's tinyproxy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/certificates.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/support/tinyproxy.h"
#include "tests/support/tls_upstream.h"

namespace kyc::tests {
namespace {

class ProxyTest : public GatewayTest {
 protected:
  // A gateway that trusts the authority and goes through the proxy.
  void StartThrough(const std::string& proxy, const std::string& widekyc_url) {
    WriteFile(files().path("ca.pem"), authority_.Pem());
    WriteFile(files().path("proxy_password"), Tinyproxy::kPassword);
    StartGateway({.widekyc_url = widekyc_url,
                  .widekyc_upstream = absl::StrCat("ca_file: \"", files().path("ca.pem"),
                                                   "\" proxy { ", proxy, " }")});
  }
  std::string Authenticated(const Tinyproxy& proxy) {
    return absl::StrCat("url: \"", proxy.url(), "\" user: \"", Tinyproxy::kUser,
                        "\" password_file: \"", files().path("proxy_password"), "\"");
  }
  ErrorView Call() { return client().DetectLiveness(Liveness()).error; }

  void TearDown() override {
    GatewayTest::TearDown();
    EXPECT_THAT(gateway().process().StandardError(),
                testing::Not(testing::HasSubstr(Tinyproxy::kPassword)));
  }

  const Identity authority_ = MakeIdentity({.authority = true}, nullptr);
  const Identity identity_ = MakeIdentity({}, &authority_);
};

TEST_F(ProxyTest, CallsGoThroughATunnelWhoseTlsIsVerified) {
  const TlsUpstream upstream(identity_, kLiveReply);
  const Tinyproxy proxy;
  StartThrough(Authenticated(proxy), upstream.url());
  LivenessRequest large = Liveness();
  large.set_selfie_image(Picture(Format::kJpeg, 1'000'000));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client().DetectLiveness(i % 5 == 0 ? large : Liveness()).error.Summary(), "OK");
  }
  EXPECT_EQ(upstream.requests(), 20);
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(proxy.Tunnels(), 1);
}

TEST_F(ProxyTest, CertificateThatDoesNotVerifyIsFoundThroughIt) {
  const TlsUpstream upstream(MakeIdentity({.name = "DNS:other.example"}, &authority_), kLiveReply);
  const Tinyproxy proxy;
  StartThrough(Authenticated(proxy), upstream.url());
  EXPECT_EQ(Call().Summary(), "FAILED_PRECONDITION UPSTREAM_UNTRUSTED not_sent -");
  EXPECT_EQ(upstream.requests(), 0);
}

TEST_F(ProxyTest, WrongCredentialsAreToldAndNotRepeated) {
  const TlsUpstream upstream(identity_, kLiveReply);
  const Tinyproxy proxy;
  StartThrough(absl::StrCat("url: \"", proxy.url(), "\""), upstream.url());
  const ErrorView error = Call();
  EXPECT_EQ(error.Summary(), "FAILED_PRECONDITION PROXY_CREDENTIALS_REJECTED not_sent -");
  EXPECT_EQ(error.Meta("attempts"), "1");
  EXPECT_TRUE(gateway().process().AwaitError("kind=proxy_unauthorized sent=false attempts=1"));
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(ProxyTest, RefusedConnectIsToldAndNotRepeated) {
  const TlsUpstream upstream(identity_, kLiveReply);
  const Tinyproxy proxy({.connect_to_no_port = true});
  StartThrough(Authenticated(proxy), upstream.url());
  const ErrorView error = Call();
  EXPECT_EQ(error.Summary(), "FAILED_PRECONDITION PROXY_REFUSED not_sent -");
  EXPECT_EQ(error.Meta("attempts"), "1");
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(ProxyTest, UpstreamThatTheProxyCannotReachIsUnreachable) {
  const Tinyproxy proxy;
  StartThrough(Authenticated(proxy), "https://127.0.0.1:1");
  EXPECT_EQ(Call().Summary(), "UNAVAILABLE UPSTREAM_UNREACHABLE not_sent -");
}

TEST_F(ProxyTest, ProxyThatIsNotThereIsUnreachable) {
  const TlsUpstream upstream(identity_, kLiveReply);
  StartThrough("url: \"http://127.0.0.1:1\"", upstream.url());
  EXPECT_EQ(Call().Summary(), "UNAVAILABLE PROXY_UNREACHABLE not_sent -");
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(ProxyTest, EnvironmentNamesNone) {
  const TlsUpstream upstream(identity_, kLiveReply);
  const Tinyproxy proxy;
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    setenv(name, proxy.url().c_str(), 1);
  }
  WriteFile(files().path("ca.pem"), authority_.Pem());
  StartGateway({.widekyc_url = upstream.url(),
                .widekyc_upstream = absl::StrCat("ca_file: \"", files().path("ca.pem"), "\"")});
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_EQ(Call().Summary(), "OK");
  EXPECT_EQ(proxy.Tunnels(), 0);
}

}  // namespace
}  // namespace kyc::tests
