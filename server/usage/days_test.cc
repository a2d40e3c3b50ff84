#include "server/usage/days.h"

#include <gtest/gtest.h>

namespace kyc::usage {
namespace {

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(DaysTest, ADayEndsAtMidnightOfItsZone) {
  const Days jakarta(absl::FixedTimeZone(7 * 60 * 60));
  const int64_t day = jakarta.Of(At("2026-11-28T16:59:59.999Z"));
  EXPECT_EQ(DayText(day), "2026-11-28");
  EXPECT_EQ(jakarta.Of(At("2026-11-28T17:00:00Z")), day + 1);
  EXPECT_EQ(jakarta.EndOf(day), At("2026-11-28T17:00:00Z"));
  EXPECT_EQ(jakarta.EndText(day), "2026-11-29T00:00:00+07:00");
}

TEST(DaysTest, ADayOfAClockChangeIsOneDay) {
  absl::TimeZone berlin;
  if (!absl::LoadTimeZone("Europe/Berlin", &berlin)) GTEST_FAIL() << "tzdata is not installed";
  const Days days(berlin);
  const int64_t day = days.Of(At("2026-10-25T12:00:00Z"));
  EXPECT_EQ(days.EndOf(day) - days.EndOf(day - 1), absl::Hours(25));
  EXPECT_EQ(days.EndText(day), "2026-10-26T00:00:00+01:00");
}

TEST(DaysTest, OnlyADayThatThereIsWrittenAsOneIsADay) {
  EXPECT_EQ(DayIn("1970-01-01"), 0);
  EXPECT_EQ(DayIn("2026-11-28"), 20'785);
  EXPECT_EQ(DayText(20'785), "2026-11-28");
  EXPECT_EQ(DayText(*DayIn("2024-02-29")), "2024-02-29");
  for (const char* wrong : {"", "2026", "2026-11", "2026-11-31", "2026-02-29", "2026-1-1",
                            " 2026-11-28", "2026-11-28 ", "2026-11-28T00", "28.11.2026", "x"}) {
    EXPECT_EQ(DayIn(wrong), absl::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace kyc::usage
