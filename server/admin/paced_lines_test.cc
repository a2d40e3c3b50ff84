#include "server/admin/paced_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::admin {
namespace {

TEST(PacedLinesTest, ALineThatIsLeftOutIsCounted) {
  absl::Time now = absl::UnixEpoch();
  std::vector<std::string> said;
  PacedLines lines(
      2, [&](const Record& record) { said.push_back(record.kind); },
      [&](int64_t count) { said.push_back(absl::StrCat(count, " left out")); },
      [&] { return now; });
  for (int i = 0; i < 5; ++i) lines.Note(EndedCall());
  EXPECT_THAT(said, testing::ElementsAre("call", "call"));
  now += absl::Seconds(1);
  lines.Note(EndedCall());
  EXPECT_THAT(said, testing::ElementsAre("call", "call", "3 left out", "call"));
}

}  // namespace
}  // namespace kyc::admin
