#include "server/events/sqlite/checkpoint_pace.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

using Step = CheckpointPace::Step;

const absl::Time kStart = absl::UnixEpoch();

TEST(CheckpointPaceTest, MovesWheneverEnoughHasCome) {
  CheckpointPace pace;
  EXPECT_EQ(pace.Next(3999, kStart), Step::kNone);
  EXPECT_EQ(pace.Next(4000, kStart), Step::kMove);
  pace.Took(4000, /*vain=*/false, kStart);
  EXPECT_EQ(pace.Next(4001, kStart), Step::kNone) << "it is not begun anew while somebody reads";
  EXPECT_EQ(pace.Next(8000, kStart), Step::kMove);
  pace.Took(8000, /*vain=*/false, kStart);
  EXPECT_EQ(pace.Next(100, kStart), Step::kNone) << "begun anew";
  EXPECT_EQ(pace.Next(4000, kStart), Step::kMove);
}

// It would grow ever larger, and a file that grows costs each commit more.
TEST(CheckpointPaceTest, WhatBeganAnewIsMovedWhenItIsAsLargeAgain) {
  CheckpointPace pace;
  EXPECT_EQ(pace.Next(4001, kStart), Step::kMove);
  pace.Took(4001, /*vain=*/false, kStart);
  EXPECT_EQ(pace.Next(5, kStart), Step::kNone);
  EXPECT_EQ(pace.Next(3998, kStart), Step::kNone);
  EXPECT_EQ(pace.Next(4003, kStart), Step::kMove);
}

TEST(CheckpointPaceTest, EmptiesWhatHasGrownLarge) {
  CheckpointPace pace;
  EXPECT_EQ(pace.Next(16'000, kStart), Step::kEmpty);
}

TEST(CheckpointPaceTest, WhatWasVainIsTriedEverLessOften) {
  CheckpointPace pace;
  absl::Time now = kStart;
  int tries = 0;
  for (; now < kStart + absl::Minutes(10); now += absl::Milliseconds(10)) {
    if (pace.Next(20'000, now) == Step::kNone) continue;
    ++tries;
    pace.Took(20'000, /*vain=*/true, now);
  }
  EXPECT_LT(tries, 20);
  EXPECT_GT(tries, 10);
  const absl::Time again = now + CheckpointPace::kLongestPause;
  EXPECT_EQ(pace.Next(20'000, again), Step::kEmpty);
  pace.Took(0, /*vain=*/false, again);
  EXPECT_EQ(pace.Next(4000, again), Step::kMove) << "no pause is left of it";
}

}  // namespace
}  // namespace kyc::events
