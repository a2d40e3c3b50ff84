#include "clients/kyc/commands/usage_dates.h"

#include <gtest/gtest.h>

namespace kyc::cli {
namespace {

TEST(UsageDatesTest, AMonthIsAllItsDays) {
  const auto february = DatesOf("2024-02", "", "");
  ASSERT_TRUE(february.ok());
  EXPECT_EQ(february->from, "2024-02-01");
  EXPECT_EQ(february->to, "2024-02-29");
  EXPECT_EQ(DatesOf("2026-12", "", "")->to, "2026-12-31");
}

TEST(UsageDatesTest, DaysAreAsTheyAreGiven) {
  EXPECT_EQ(DatesOf("", "2026-11-03", "")->to, "2026-11-03");
  EXPECT_EQ(DatesOf("", "2026-11-03", "2026-11-09")->to, "2026-11-09");
}

TEST(UsageDatesTest, WhatIsNoMonthOrGoesWithNothingIsRefused) {
  for (const char* month : {"2026", "2026-13", "2026-1", "2026-11-01", "november"}) {
    EXPECT_FALSE(DatesOf(month, "", "").ok()) << month;
  }
  EXPECT_FALSE(DatesOf("", "", "").ok());
  EXPECT_FALSE(DatesOf("", "", "2026-11-09").ok());
  EXPECT_FALSE(DatesOf("2026-11", "2026-11-03", "").ok());
}

}  // namespace
}  // namespace kyc::cli
