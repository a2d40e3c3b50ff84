// How far one comes with an upstream before anything is asked of it.
#include "server/upstream/probe.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"
#include "tests/support/files.h"
#include "tests/support/tls_upstream.h"

namespace kyc::upstream {
namespace {

using ::testing::HasSubstr;
using tests::Identity;
using tests::MakeIdentity;
using tests::TlsUpstream;
using End = Probed::End;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kDay = absl::Hours(24);

class ProbeTest : public testing::Test {
 protected:
  ProbeTest() { tests::WriteFile(ca_file_, root_.Pem()); }
  Identity Leaf(absl::Duration valid_to) {
    return MakeIdentity({.valid_from = -100 * kDay, .valid_to = valid_to}, &root_);
  }
  Probed Probe(const TlsUpstream& upstream) {
    return upstream::Probe(upstream.url(), {.ca_file = ca_file_}, kPatience);
  }

  const Identity root_ = MakeIdentity({.valid_to = 100 * kDay, .authority = true}, nullptr);
  const std::string ca_file_ = tests::MakeFolder("probe") + "/root.pem";
};

TEST_F(ProbeTest, TellsWhenTheFirstCertificateEndsAndSendsNothing) {
  const TlsUpstream upstream(Leaf(10 * kDay), "{}", &root_);
  const Probed probed = Probe(upstream);
  EXPECT_EQ(probed.end, End::kReached) << probed.why;
  EXPECT_TRUE(probed.encrypted);
  ASSERT_TRUE(probed.certified_until.has_value());
  EXPECT_EQ(absl::ToInt64Hours(*probed.certified_until - absl::Now() + absl::Hours(1)) / 24, 10);
  EXPECT_EQ(upstream.requests(), 0);
}

TEST_F(ProbeTest, SaysWhatIsWrongWithACertificate) {
  const TlsUpstream upstream(Leaf(-kDay), "{}");
  const Probed probed = Probe(upstream);
  EXPECT_EQ(probed.end, End::kUntrusted);
  EXPECT_THAT(probed.why, HasSubstr("has expired"));
}

TEST_F(ProbeTest, ANameThatLeadsNowhereAndAPortThatNobodyHas) {
  const Probed unknown = upstream::Probe("https://nobody.invalid/x", {}, kPatience);
  EXPECT_EQ(unknown.end, End::kNoAddress) << unknown.why;
  EXPECT_EQ(unknown.host, "nobody.invalid");
  const Probed refused = upstream::Probe("http://127.0.0.1:1/x", {}, kPatience);
  EXPECT_EQ(refused.end, End::kNoConnection);
  EXPECT_EQ(refused.why, "Connection refused");
  EXPECT_EQ(refused.host, "");
}

TEST_F(ProbeTest, BehindAProxyItsNameIsLookedUp) {
  TransferOptions options;
  options.proxy.emplace();
  options.proxy->url = "http://proxy.invalid:3128";
  const Probed probed = upstream::Probe("https://127.0.0.1:1/", options, kPatience);
  EXPECT_EQ(probed.end, End::kNoAddress) << probed.why;
  EXPECT_EQ(probed.host, "proxy.invalid");
}

}  // namespace
}  // namespace kyc::upstream
