#include "server/admin/standing_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StandingWarningsTest : public testing::Test {
 protected:
  static absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(1000 + seconds); }
  std::vector<std::string> Said() { return std::exchange(lines_, {}); }

  std::vector<std::string> lines_;
  StandingWarnings warnings_{[this](absl::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(StandingWarningsTest, OnceThenByTheMinuteAndWhenItIsOver) {
  for (int second = 0; second <= 90; ++second) {
    warnings_.Happened("401", At(second));
    warnings_.Look(At(second));
  }
  EXPECT_THAT(Said(), ElementsAre("401", "401: 60 more within a minute"));
  warnings_.Look(At(149));
  EXPECT_THAT(Said(), ElementsAre("401: 30 more within a minute"));
  warnings_.Look(At(150));
  EXPECT_THAT(Said(), ElementsAre("401: no more, 91 in 1m30s"));
  warnings_.Look(At(1000));
  EXPECT_THAT(Said(), IsEmpty());
  warnings_.Happened("401", At(1001));
  EXPECT_THAT(Said(), ElementsAre("401"));
}

TEST_F(StandingWarningsTest, OneAloneIsOverAfterAMinute) {
  warnings_.Happened("413", At(0));
  warnings_.Look(At(59));
  EXPECT_THAT(Said(), ElementsAre("413"));
  warnings_.Look(At(60));
  EXPECT_THAT(Said(), ElementsAre("413: no more, 1 in 0"));
}

TEST_F(StandingWarningsTest, FewMakeNoBurst) {
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < 4; ++i) warnings_.Happened("5xx", At(60 * minute + i), 5);
  }
  EXPECT_THAT(Said(), IsEmpty());
  warnings_.Happened("5xx", At(4 * 60 + 59), 5);
  EXPECT_THAT(Said(), ElementsAre("5xx"));
}

TEST_F(StandingWarningsTest, WhatNeverWasABurstEndsInSilence) {
  warnings_.Happened("5xx", At(0), 5);
  warnings_.Look(At(60));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(StandingWarningsTest, AStateIsSaidWhenItBeginsEachHourAndWhenItEnds) {
  for (int second = 0; second <= 2 * 3600; second += 5) warnings_.IsSo("full", true, At(second));
  EXPECT_THAT(Said(), ElementsAre("full", "full", "full"));
  warnings_.IsSo("full", false, At(8000));
  warnings_.IsSo("full", false, At(8001));
  EXPECT_THAT(Said(), ElementsAre("full: no more"));
}

TEST_F(StandingWarningsTest, TheyAreFew) {
  for (size_t i = 0; i < StandingWarnings::kMost + 10; ++i) {
    warnings_.Happened(absl::StrCat(i), At(0));
    warnings_.IsSo(absl::StrCat(i), true, At(0));
  }
  EXPECT_EQ(lines_.size(), 2 * StandingWarnings::kMost);
}

}  // namespace
}  // namespace kyc::admin
