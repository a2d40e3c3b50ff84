#include "server/call/repeated_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class RepeatedLinesTest : public testing::Test {
 protected:
  absl::Time now_;
  std::vector<std::string> written_;
  std::unique_ptr<RepeatedLines> lines_ = std::make_unique<RepeatedLines>(
      [this](absl::string_view line) { written_.emplace_back(line); }, [this] { return now_; });
};

TEST_F(RepeatedLinesTest, FirstOfEachIsWrittenAtOnce) {
  for (const char* line : {"a", "b", "a"}) lines_->Say(line);
  EXPECT_THAT(written_, ElementsAre("a", "b"));
}

TEST_F(RepeatedLinesTest, OthersAreCountedUntilTheMinuteIsOver) {
  for (int i = 0; i < 1000; ++i) lines_->Say("a");
  now_ += absl::Seconds(59);
  lines_->Say("b");
  EXPECT_THAT(written_, ElementsAre("a", "b"));
  now_ += absl::Seconds(1);
  lines_->Say("b");
  EXPECT_THAT(written_, ElementsAre("a", "b", "a (999 more times)"));
}

TEST_F(RepeatedLinesTest, LineThatComesAgainAfterItsMinuteIsWrittenAgain) {
  for (int i = 0; i < 3; ++i) {
    lines_->Say("a");
    now_ += absl::Minutes(1);
  }
  EXPECT_THAT(written_, ElementsAre("a", "a", "a"));
}

TEST_F(RepeatedLinesTest, EndWritesWhatWasOnlyCounted) {
  for (const char* line : {"a", "a", "b"}) lines_->Say(line);
  lines_.reset();
  EXPECT_THAT(written_, ElementsAre("a", "b", "a (1 more times)"));
}

TEST_F(RepeatedLinesTest, MoreTextsThanAreKnownLoseNoCount) {
  lines_->Say("a");
  lines_->Say("a");
  for (int i = 0; i < 300; ++i) lines_->Say(absl::StrCat(i));
  EXPECT_THAT(written_, SizeIs(302));
  EXPECT_EQ(written_[256], "a (1 more times)");
}

TEST(RepeatedLines, WithoutAWriterItIsSilent) { RepeatedLines(nullptr).Say("a"); }

}  // namespace
}  // namespace kyc
