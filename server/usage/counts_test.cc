#include "server/usage/counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace kyc::usage {
namespace {

using events::Billing;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Lines(Counts& counts) {
  std::vector<std::string> lines;
  for (const events::UsageCount& count : counts.Take()) {
    lines.push_back(absl::StrCat(count.key.day, " ", count.key.caller, " ", count.key.account, " ",
                                 count.key.reason, " ", count.calls));
  }
  return lines;
}

TEST(CountsTest, TheSameKeyIsAddedUpAndTakenOnce) {
  Counts counts;
  for (int i = 0; i < 3; ++i) counts.Add({1, "a", "main", "m", Billing::kAnswered, ""});
  counts.Add({1, "a", "main", "m", Billing::kAnswered, "QUOTA_EXCEEDED"});
  counts.Add({2, "a", "main", "m", Billing::kAnswered, ""});
  EXPECT_THAT(Lines(counts),
              UnorderedElementsAre("1 a main  3", "1 a main QUOTA_EXCEEDED 1", "2 a main  1"));
  EXPECT_THAT(Lines(counts), IsEmpty());
}

TEST(CountsTest, BeyondTheBoundTheOthersAreCountedTogether) {
  Counts counts(2);
  for (const char* caller : {"a", "b", "c", "d", "a", "c"}) {
    counts.Add({1, caller, "main", "m", Billing::kAnswered, ""});
  }
  counts.Add({1, "e", "main", "m", Billing::kAnswered, "QUOTA_EXCEEDED"});
  EXPECT_THAT(Lines(counts), UnorderedElementsAre("1 a main  2", "1 b main  1", "1 (other)   4"));
  counts.Add({1, "c", "main", "m", Billing::kAnswered, ""});
  EXPECT_THAT(Lines(counts), UnorderedElementsAre("1 c main  1")) << "there is room again";
}

}  // namespace
}  // namespace kyc::usage
