#include "clients/kyc/commands/batch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace kyc::cli {
namespace {

TEST(Batch, ALineTellsWhetherItIsFinal) {
  const std::string line = ResultLine({"id-1", true, "a \"b\".jpg", "\"response\":{}"});
  EXPECT_EQ(line, R"({"requestId":"id-1","final":true,"file":"a \"b\".jpg","response":{}})");
  EXPECT_EQ(FinalIn(line), "id-1");
  EXPECT_EQ(FinalIn(ResultLine({"id-1", false, "a", "\"error\":{}"})), "");
  // One that lacks only its last character lacks its newline, too: see ResultsFile.
  for (size_t length = 0; length + 1 < line.size(); ++length) {
    EXPECT_EQ(FinalIn(line.substr(0, length)), "") << length;
  }
}

TEST(Batch, AFileIsGoneOnWithBehindALineThatWasCut) {
  const std::string path = testing::TempDir() + "/results.jsonl";
  const std::string whole = ResultLine({"id-1", true, "a", "\"response\":{}"});
  std::ofstream(path, std::ios::trunc) << whole << "\n"
                                       << ResultLine({"id-2", true, "b", "\"response\":{}"});
  std::ostringstream out;
  ResultsFile results(path, out);
  ASSERT_TRUE(results.Open().ok());
  EXPECT_TRUE(results.IsFinal("id-1"));
  EXPECT_FALSE(results.IsFinal("id-2"));  // Its newline is missing: perhaps more is.
  ASSERT_TRUE(results.Append("next").ok());
  std::ifstream file(path);
  const std::string content(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(content.substr(content.rfind('\n', content.size() - 2)), "\nnext\n");
  EXPECT_EQ(out.str(), "");
}

TEST(Batch, WithoutAFileLinesGoToTheOutput) {
  std::ostringstream out;
  ResultsFile results("", out);
  ASSERT_TRUE(results.Open().ok());
  ASSERT_TRUE(results.Append("line").ok());
  EXPECT_EQ(out.str(), "line\n");
  ResultsFile nowhere("/no/such/folder/file", out);
  EXPECT_FALSE(nowhere.Open().ok());
}

TEST(Batch, ProgressFitsItsLine) {
  const Progress progress{.total = 40, .done = 10, .failed = 3, .elapsed = absl::Seconds(10)};
  EXPECT_EQ(ProgressText(progress, 80),
            "[##########------------------------------]  10 of 40, 3 failed, about 30s left");
  EXPECT_EQ(ProgressText(progress, 60).size(), 60u);
  EXPECT_EQ(ProgressText(progress, 20), "10 of 40, 3 failed, about 30s left");
  EXPECT_EQ(ProgressText({.total = 4, .done = 4, .elapsed = absl::Seconds(1)}, 30),
            "[####################]  4 of 4");
}

}  // namespace
}  // namespace kyc::cli
