#include "server/events/believed_clock.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

// A machine whose wall clock is off by `error`.
class BelievedClockTest : public testing::Test {
 protected:
  ClockReading Reading() const { return {True() + error_, since_boot_}; }
  absl::Time True() const { return boot_ + since_boot_; }
  // Reads every 10 s for so long, and returns by how much the believed time is wrong then.
  absl::Duration WrongAfter(absl::Duration duration) {
    for (const absl::Duration end = since_boot_ + duration; since_boot_ < end;) {
      since_boot_ += std::min(absl::Seconds(10), end - since_boot_);
      clock_.At(Reading());
    }
    return clock_.At(Reading()) - True();
  }

  const absl::Time boot_ = absl::FromUnixSeconds(1'700'000'000);
  absl::Duration since_boot_ = absl::Hours(50);
  absl::Duration error_;
  BelievedClock clock_{Reading()};
};

TEST_F(BelievedClockTest, RightClockIsFollowed) {
  EXPECT_EQ(WrongAfter(absl::Hours(1)), absl::ZeroDuration());
  EXPECT_FALSE(clock_.doubts());
}

TEST_F(BelievedClockTest, JumpThatEndsSoonLeavesNoTrace) {
  for (const absl::Duration jump :
       {absl::Hours(91 * 24), -absl::Hours(91 * 24), absl::Minutes(2)}) {
    error_ = jump;
    EXPECT_EQ(WrongAfter(absl::Seconds(38)), absl::ZeroDuration()) << jump;
    EXPECT_TRUE(clock_.doubts());
    EXPECT_EQ(clock_.disagreement(), jump);
    error_ = absl::ZeroDuration();
    EXPECT_EQ(WrongAfter(absl::Minutes(1)), absl::ZeroDuration()) << jump;
    EXPECT_FALSE(clock_.doubts());
  }
}

TEST_F(BelievedClockTest, JumpThatStaysIsBelieved) {
  error_ = absl::Hours(3);
  EXPECT_EQ(WrongAfter(absl::Minutes(9)), absl::ZeroDuration());
  EXPECT_EQ(WrongAfter(absl::Minutes(2)), absl::Hours(3));
  EXPECT_FALSE(clock_.doubts());
}

TEST_F(BelievedClockTest, ClockThatGoesOnJumpingIsNeverBelieved) {
  for (int i = 1; i <= 100; ++i) {
    error_ = absl::Hours(i);
    EXPECT_EQ(WrongAfter(absl::Minutes(9)), absl::ZeroDuration());
  }
}

TEST_F(BelievedClockTest, SmallCorrectionIsFollowedSlowly) {
  error_ = absl::Seconds(5);
  EXPECT_EQ(WrongAfter(absl::Seconds(20)), absl::Seconds(2));
  EXPECT_EQ(WrongAfter(absl::Minutes(1)), absl::Seconds(5));
  error_ = -absl::Seconds(5);
  EXPECT_EQ(WrongAfter(absl::Seconds(20)), absl::Seconds(3)) << "and never runs backwards";
}

// Each by itself is little, all together they are not.
TEST_F(BelievedClockTest, ManySmallStepsDoNotRunAway) {
  for (int i = 0; i < 1000; ++i) {
    error_ += absl::Seconds(50);
    since_boot_ += absl::Milliseconds(1);
    clock_.At(Reading());
  }
  EXPECT_LE(clock_.At(Reading()) - True(), absl::Milliseconds(100));
}

TEST_F(BelievedClockTest, GoesOnFromWhatWasBelievedBeforeARestart) {
  const absl::Duration offset = clock_.offset();
  error_ = absl::Hours(91 * 24);
  clock_ = BelievedClock(Reading(), offset);
  EXPECT_TRUE(clock_.doubts());
  EXPECT_EQ(clock_.At(Reading()), True());
}

}  // namespace
}  // namespace kyc::events
