// Whom the gateway believes to be an upstream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/certificates.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"
#include "tests/support/tls_upstream.h"

namespace kyc::tests {
namespace {

constexpr char kUntrusted[] = "FAILED_PRECONDITION UPSTREAM_UNTRUSTED not_sent -";

class TlsTest : public GatewayTest {
 protected:
  // A gateway that trusts this authority only.
  void StartTrusting(const Identity& authority, const TlsUpstream& upstream) {
    WriteFile(files().path("ca.pem"), authority.Pem());
    StartGateway({.widekyc_url = upstream.url(),
                  .widekyc_upstream = absl::StrCat("ca_file: \"", files().path("ca.pem"), "\"")});
  }

  const Identity authority_ = MakeIdentity({.authority = true}, nullptr);
};

TEST_F(TlsTest, UpstreamThatTheCaFileVouchesForIsCalledOverOneConnection) {
  const TlsUpstream upstream(MakeIdentity({}, &authority_), kLiveReply);
  StartTrusting(authority_, upstream);
  LivenessRequest large = Liveness();
  large.set_selfie_image(Picture(Format::kJpeg, kSanitized ? 1'000'000 : 4'000'000));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client().DetectLiveness(i % 10 == 0 ? large : Liveness()).error.Summary(), "OK");
  }
  EXPECT_EQ(upstream.requests(), 20);
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(TlsTest, ChainOverAnotherAuthorityIsFollowed) {
  const Identity between = MakeIdentity({.authority = true}, &authority_);
  const TlsUpstream upstream(MakeIdentity({}, &between), kLiveReply, &between);
  StartTrusting(authority_, upstream);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

// A new connection need not begin from nothing.
TEST_F(TlsTest, SessionIsResumedByTheNextConnection) {
  const TlsUpstream upstream(MakeIdentity({}, &authority_), kLiveReply, nullptr,
                             {.one_reply_each = true, .newest = 0});
  StartTrusting(authority_, upstream);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  }
  EXPECT_EQ(upstream.connections(), 5);
  EXPECT_EQ(upstream.resumed(), 4);
}

// Whatever the machine's own policy allows.
TEST_F(TlsTest, OlderThanTls12IsNotSpoken) {
  WriteFile(files().path("openssl.cnf"),
            "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = system\n"
            "[system]\nMinProtocol = TLSv1\nCipherString = DEFAULT:@SECLEVEL=0\n");
  setenv("OPENSSL_CONF", files().path("openssl.cnf").c_str(), 1);
  const TlsUpstream old(MakeIdentity({}, &authority_), kLiveReply, nullptr,
                        {.one_reply_each = false, .newest = TLS1_1_VERSION});
  StartTrusting(authority_, old);
  unsetenv("OPENSSL_CONF");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(),
            "UNAVAILABLE UPSTREAM_UNREACHABLE not_sent -");
  EXPECT_EQ(old.requests(), 0);
}

TEST_F(TlsTest, CertificateOfAnUpstreamIsNoAuthority) {
  const Identity other = MakeIdentity({.name = "DNS:other.example"}, &authority_);
  const TlsUpstream upstream(MakeIdentity({}, &other), kLiveReply, &other);
  StartTrusting(authority_, upstream);
  ASSERT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUntrusted);
  EXPECT_TRUE(gateway().process().AwaitError("is signed by a certificate that is no authority's"));
  EXPECT_EQ(upstream.requests(), 0);
}

struct Case {
  const char* name;
  Identity (*upstream)(const Identity& authority);
  bool ca_file;
  const char* cause;  // In the log.
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class UntrustedTest : public TlsTest, public testing::WithParamInterface<Case> {};

TEST_P(UntrustedTest, GetsNothingIsAskedOnceAndTheLogSaysWhy) {
  const TlsUpstream upstream(GetParam().upstream(authority_), kLiveReply);
  if (GetParam().ca_file) {
    StartTrusting(authority_, upstream);
  } else {
    StartGateway({.widekyc_url = upstream.url()});
  }
  const ErrorView error = client().DetectLiveness(Liveness()).error;
  ASSERT_EQ(error.Summary(), kUntrusted);
  EXPECT_EQ(error.Meta("attempts"), "1");
  EXPECT_THAT(error.message, testing::HasSubstr("certificate"));
  EXPECT_TRUE(gateway().process().AwaitError(GetParam().cause))
      << gateway().process().StandardError();
  // Every caller is told, once for each call: an open breaker would say that it passes by itself.
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUntrusted);
  }
  EXPECT_LE(upstream.connections(), 101);
  EXPECT_EQ(upstream.requests(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, UntrustedTest,
    testing::Values(
        Case{"OtherName",
             [](const Identity& authority) {
               return MakeIdentity({.name = "DNS:other.example"}, &authority);
             },
             true, "the upstream's certificate is for another name"},
        Case{"OtherAddress",
             [](const Identity& authority) {
               return MakeIdentity({.name = "IP:127.0.0.2"}, &authority);
             },
             true, "the upstream's certificate is for another name"},
        Case{"OtherAuthority",
             [](const Identity&) {
               const Identity other = MakeIdentity({.authority = true}, nullptr);
               return MakeIdentity({}, &other);
             },
             true, "certificate is of an authority that is not trusted"},
        Case{"Expired",
             [](const Identity& authority) {
               return MakeIdentity({.valid_to = -absl::Minutes(1)}, &authority);
             },
             true,
             "kind=untrusted sent=false attempts=1 cause=\"the upstream's certificate has expired"},
        Case{"NotYetValid",
             [](const Identity& authority) {
               return MakeIdentity({.valid_from = absl::Minutes(30)}, &authority);
             },
             true, "the upstream's certificate is not valid yet"},
        Case{"SelfSigned", [](const Identity&) { return MakeIdentity({}, nullptr); }, true,
             "the upstream's certificate is signed by itself"},
        Case{"UnknownToTheSystem",
             [](const Identity& authority) { return MakeIdentity({}, &authority); }, false,
             "certificate is of an authority that is not trusted"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::tests
