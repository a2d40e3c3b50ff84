#include "server/events/lived_clock.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kyc::events {
namespace {

constexpr absl::Duration At(int seconds) { return absl::Seconds(seconds); }

TEST(LivedClockTest, MovesWithTheSteadyClockAndNeverBack) {
  LivedClock clock(At(100), At(5));
  EXPECT_EQ(clock.At(At(8)), At(103));
  EXPECT_EQ(clock.At(At(7)), At(103));
  EXPECT_EQ(clock.At(At(9)), At(105));
}

TEST(SharedLivedClockTest, BeginsWhereTheLogIs) {
  SharedLivedClock clock;
  EXPECT_EQ(clock.At(At(5000), At(100)), At(100));
  EXPECT_EQ(clock.At(At(5003), At(100)), At(103));
}

TEST(SharedLivedClockTest, GoesOnFromWhereAnotherProcessWas) {
  SharedLivedClock clock;
  clock.At(At(5000), At(100));
  EXPECT_EQ(clock.At(At(5001), At(150)), At(150));
  EXPECT_EQ(clock.At(At(5002), At(150)), At(151));
}

TEST(SharedLivedClockTest, ASecondOfManyProcessesIsOne) {
  SharedLivedClock clocks[4];  // Each booted at another time.
  absl::Duration log;
  for (int second = 0; second <= 60; ++second) {
    for (int i = 0; i < 4; ++i) log = std::max(log, clocks[i].At(At(1000 * i + second), log));
  }
  EXPECT_EQ(log, At(60));
}

TEST(SharedLivedClockTest, TimeThatNothingRanIsNotCounted) {
  absl::Duration log;
  for (int run = 0; run < 3; ++run) {
    SharedLivedClock clock;
    clock.At(At(run * 1000), log);
    log = clock.At(At(run * 1000 + 10), log);
  }
  EXPECT_EQ(log, At(30));
}

}  // namespace
}  // namespace kyc::events
