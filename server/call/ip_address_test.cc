#include "server/call/ip_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace kyc {
namespace {

TEST(IpAddress, IsWrittenAsItWasRead) {
  for (const char* text : {"203.0.113.7", "2001:db8::1", "0.0.0.0", "::1"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->Text(), text);
  }
  EXPECT_EQ(IpAddress().Text(), "unix");
  for (const char* text :
       {"", "203.0.113", "203.0.113.256", "203.0.113.7/32", "::g", "localhost"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
}

TEST(IpAddress, OfIpv4IsTheSameByAListenerOfIpv6) {
  const auto address = IpAddress::Parse("::ffff:203.0.113.7");
  EXPECT_EQ(*address, *IpAddress::Parse("203.0.113.7"));
  EXPECT_EQ(address->Text(), "203.0.113.7");
}

TEST(IpAddress, SourceIsAnAddressOrANetwork) {
  EXPECT_EQ(IpAddress::Parse("203.0.113.7")->Source().Text(), "203.0.113.7");
  EXPECT_EQ(IpAddress::Parse("2001:db8:1:2:3:4:5:6")->Source().Text(), "2001:db8:1:2::");
  EXPECT_EQ(IpAddress().Source(), IpAddress());
}

TEST(IpNetwork, HasWhatHasItsFirstBits) {
  const struct {
    const char* network;
    const char* address;
    bool has;
  } cases[] = {
      {"203.0.113.0/24", "203.0.113.255", true},
      {"203.0.113.0/24", "203.0.114.0", false},
      {"203.0.113.7", "203.0.113.7", true},
      {"203.0.113.7", "203.0.113.6", false},
      {"203.0.113.4/31", "203.0.113.5", true},
      {"203.0.113.4/31", "203.0.113.6", false},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/32", "2001:db8:ff::1", true},
      {"2001:db8::/32", "2001:db9::", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::/0", "2001:db8::1", true},
      {"::1", "::1", true},
  };
  for (const auto& c : cases) {
    const auto network = IpNetwork::Parse(c.network);
    ASSERT_TRUE(network.has_value()) << c.network;
    EXPECT_EQ(network->Has(*IpAddress::Parse(c.address)), c.has) << c.network << " " << c.address;
  }
}

TEST(IpNetwork, WhoComesByASocketInTheFileSystemIsInNoneOfIpv4) {
  EXPECT_FALSE(IpNetwork::Parse("0.0.0.0/0")->Has(IpAddress()));
}

TEST(IpNetwork, WhatIsNoneIsRefused) {
  for (const char* text : {"", "/8", "203.0.113.7/24", "203.0.113.0/33", "203.0.113.0/-1",
                           "203.0.113.0/", "203.0.113.0/x", "2001:db8::1/32", "2001:db8::/129"}) {
    EXPECT_FALSE(IpNetwork::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace kyc
