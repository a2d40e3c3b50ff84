#include "server/netzme/webhook/entrance.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace kyc::netzme {
namespace {

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(1);

IpAddress At(const std::string& text) { return *IpAddress::Parse(text); }

TEST(Entrance, WithoutLimitsEverybodyMayComeAndNobodyIsRemembered) {
  Entrance entrance({});
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(entrance.FaultOfSource(At("203.0.113.7"), kStart), "");
    ASSERT_EQ(entrance.FaultOfAccount("netzme", kStart), "");
  }
  EXPECT_EQ(entrance.sources(), 0);
}

TEST(Entrance, OnlyItsNetworksComeIn) {
  Entrance entrance(
      {.networks = {*IpNetwork::Parse("203.0.113.0/24"), *IpNetwork::Parse("2001:db8::/32")}});
  EXPECT_EQ(entrance.FaultOfSource(At("203.0.113.255"), kStart), "");
  EXPECT_EQ(entrance.FaultOfSource(At("2001:db8:1::1"), kStart), "");
  EXPECT_EQ(entrance.FaultOfSource(At("203.0.114.0"), kStart), "source_network");
  EXPECT_EQ(entrance.FaultOfSource(At("::1"), kStart), "source_network");
}

TEST(Entrance, ASourceThatIsTooFastHasToPauseAndOthersDoNot) {
  Entrance entrance({.of_a_source = 10});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), kStart), "");
  EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), kStart), "source_rate");
  EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.2"), kStart), "");
  const absl::Time later = kStart + absl::Milliseconds(100);
  EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), later), "");
  EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), later), "source_rate");
  // Quiet earns one second's worth, not more.
  const absl::Time much_later = kStart + absl::Hours(1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), much_later), "");
  EXPECT_EQ(entrance.FaultOfSource(At("192.0.2.1"), much_later), "source_rate");
}

TEST(Entrance, ANetworkOfIpv6IsOneSource) {
  Entrance entrance({.of_a_source = 1});
  EXPECT_EQ(entrance.FaultOfSource(At("2001:db8::1"), kStart), "");
  EXPECT_EQ(entrance.FaultOfSource(At("2001:db8::2"), kStart), "source_rate");
  EXPECT_EQ(entrance.FaultOfSource(At("2001:db8:0:1::1"), kStart), "");
}

TEST(Entrance, AnAccountHasItsOwnRate) {
  Entrance entrance({.of_account = {{"netzme", 2}}});
  EXPECT_EQ(entrance.FaultOfAccount("netzme", kStart), "");
  EXPECT_EQ(entrance.FaultOfAccount("netzme", kStart), "");
  EXPECT_EQ(entrance.FaultOfAccount("netzme", kStart), "account_rate");
  EXPECT_EQ(entrance.FaultOfAccount("other", kStart), "");
  EXPECT_EQ(entrance.FaultOfAccount("netzme", kStart + absl::Seconds(1)), "");
}

TEST(Entrance, KnowsSoManySourcesAndForgetsTheQuietest) {
  Entrance entrance({.of_a_source = 1});
  const IpAddress busy = At("192.0.2.1");
  EXPECT_EQ(entrance.FaultOfSource(busy, kStart), "");
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_EQ(
        entrance.FaultOfSource(
            At(absl::StrCat("2001:db8:", i / 60'000, ":", absl::Hex(i % 60'000), "::")), kStart),
        "");
    if (i % 1000 == 0) {
      EXPECT_EQ(entrance.FaultOfSource(busy, kStart), "source_rate");
    }
  }
  EXPECT_EQ(entrance.sources(), Entrance::kMostSources);
}

}  // namespace
}  // namespace kyc::netzme
