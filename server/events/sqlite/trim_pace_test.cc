#include "server/events/sqlite/trim_pace.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

const absl::Time kStart = absl::UnixEpoch();
constexpr absl::Duration kMoment = absl::Milliseconds(1);

TEST(TrimPaceTest, BeginsWithATurnThenWaitsForWhatIsAdded) {
  TrimPace pace(kStart);
  EXPECT_EQ(pace.Wait(kStart), absl::ZeroDuration());
  EXPECT_TRUE(pace.IsDue(0));
  pace.Took(/*behind=*/false, kStart);
  EXPECT_EQ(pace.Wait(kStart), absl::InfiniteDuration());
}

TEST(TrimPaceTest, SmallBatchesShareATurn) {
  TrimPace pace(kStart);
  pace.Took(/*behind=*/false, kStart);
  EXPECT_FALSE(pace.IsDue(1));
  EXPECT_EQ(pace.Wait(kStart + kMoment), TrimPace::kBetween - kMoment);
  EXPECT_FALSE(pace.IsDue(1));
  EXPECT_EQ(pace.Wait(kStart + TrimPace::kBetween), absl::ZeroDuration());
}

TEST(TrimPaceTest, WhatComesLateIsFollowedByATurnAtOnce) {
  TrimPace pace(kStart);
  pace.Took(/*behind=*/false, kStart);
  EXPECT_FALSE(pace.IsDue(1));
  EXPECT_EQ(pace.Wait(kStart + absl::Seconds(1)), absl::ZeroDuration());
}

TEST(TrimPaceTest, AFullLoadHasTurnsToo) {
  TrimPace pace(kStart);
  pace.Took(/*behind=*/false, kStart);
  EXPECT_FALSE(pace.IsDue(TrimPace::kAddedPerTurn - 1));
  EXPECT_TRUE(pace.IsDue(1));
  EXPECT_EQ(pace.steps(), 1 + TrimPace::kAddedPerTurn / TrimPace::kAddedPerStep);
}

TEST(TrimPaceTest, WhileMoreIsDueItRemovesTwiceWhatIsAdded) {
  TrimPace pace(kStart);
  pace.Took(/*behind=*/true, kStart);
  EXPECT_EQ(pace.Wait(kStart), absl::ZeroDuration()) << "where nothing is added at once";
  EXPECT_FALSE(pace.IsDue(TrimPace::kAddedPerStep - 1));
  EXPECT_TRUE(pace.IsDue(1));
  EXPECT_GE(pace.steps() * kRowsPerTrimStep, 2 * TrimPace::kAddedPerStep);
}

}  // namespace
}  // namespace kyc::events
