#include "server/net/shares.h"

#include <gtest/gtest.h>

namespace kyc::net {
namespace {

int TakeAll(Shares& shares, absl::string_view who) {
  int taken = 0;
  while (shares.Take(who)) ++taken;
  return taken;
}

TEST(SharesTest, EachMayHaveHalfOfWhatTheOthersLeave) {
  Shares shares(100);
  EXPECT_EQ(TakeAll(shares, "a"), 50);
  EXPECT_EQ(TakeAll(shares, "b"), 25);
  EXPECT_TRUE(shares.Take("c"));
  shares.GiveBack("b");
  EXPECT_FALSE(shares.Take("a"));
}

TEST(SharesTest, AFixedNumberStandsInPlaceOfTheHalf) {
  Shares shares(100, 70);
  EXPECT_EQ(TakeAll(shares, "a"), 70);
  EXPECT_FALSE(shares.full());
  EXPECT_EQ(TakeAll(shares, "b"), 30);
  EXPECT_TRUE(shares.full());
}

TEST(SharesTest, TheLastOneIsForWhoHasNone) {
  Shares shares(1);
  EXPECT_TRUE(shares.Take("a"));
  EXPECT_FALSE(shares.Take("b"));
  shares.GiveBack("a");
  EXPECT_EQ(shares.in_use(), 0);
  EXPECT_TRUE(shares.Take("b"));
}

}  // namespace
}  // namespace kyc::net
