#include "server/events/age_clock.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(AgeClockTest, MovesWithTheSteadyClockOnly) {
  AgeClock clock(kStart, absl::Hours(1));
  EXPECT_EQ(clock.At(kStart + absl::Hours(5000), absl::Hours(1) + absl::Seconds(10)),
            kStart + absl::Seconds(10));
  EXPECT_EQ(clock.At(kStart + absl::Hours(5000), absl::Hours(1) + absl::Seconds(10)),
            kStart + absl::Seconds(10));
  EXPECT_EQ(clock.At(kStart + absl::Hours(5000), absl::Hours(0)), kStart + absl::Seconds(10));
}

TEST(AgeClockTest, IsNeverAheadOfTheBelievedTime) {
  AgeClock clock(kStart, absl::Hours(1));
  EXPECT_EQ(clock.At(kStart - absl::Hours(2), absl::Hours(2)), kStart - absl::Hours(2));
  EXPECT_EQ(clock.At(kStart, absl::Hours(3)), kStart - absl::Hours(1)) << "nor does it jump back";
}

TEST(AgeClockTest, CatchesUpWhereThatRemovesNoMoreThanUsual) {
  AgeClock clock(kStart, absl::Hours(1));
  const struct {
    absl::Duration ahead;
    int64_t more;
    bool may;
  } cases[] = {
      {absl::Hours(24), 1000, true},     {absl::Hours(25), 1000, false},
      {absl::Hours(72), 100, true},      {absl::Hours(72), 101, false},
      {absl::Hours(24 * 91), 0, true},   {absl::Hours(24 * 91), 1000, false},
      {absl::Hours(24 * 91), 100, true},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(clock.MayCatchUp(kStart + each.ahead, each.more, 1000), each.may)
        << each.ahead << " " << each.more;
  }
  clock.CatchUp(kStart + absl::Hours(72));
  EXPECT_EQ(clock.At(kStart + absl::Hours(73), absl::Hours(1) + absl::Minutes(1)),
            kStart + absl::Hours(72) + absl::Minutes(1));
}

}  // namespace
}  // namespace kyc::events
