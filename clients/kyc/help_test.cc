// What kyc says of itself is what help.golden holds.
//
// To update it: KYC_UPDATE_GOLDEN=1 bazel run //clients/kyc:help_test. Then read every line that
// changed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/kyc/cli/complete.h"
#include "clients/kyc/cli/line.h"
#include "clients/kyc/commands/all.h"

namespace kyc::cli {
namespace {

constexpr char kGolden[] = "clients/kyc/help.golden";

std::string HelpOf(absl::string_view words) {
  std::vector<std::string> line = absl::StrSplit(words, ' ', absl::SkipEmpty());
  line.push_back("--help");
  auto read = ReadLine(AllCommands(), line);
  const Told* told = std::get_if<Told>(&read);
  if (told == nullptr) return absl::StrCat("no help of ", words, "\n");
  EXPECT_EQ(told->exit, 0) << words;
  return absl::StrCat("$ kyc ", words, words.empty() ? "" : " ", "--help\n", told->text);
}

TEST(Help, IsAsGolden) {
  std::string help = HelpOf("");
  for (const Entry& entry : AllCommands()) absl::StrAppend(&help, "\n", HelpOf(entry.words));
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") != nullptr && workspace != nullptr) {
    std::ofstream(absl::StrCat(workspace, "/", kGolden)) << help;
    GTEST_SKIP() << kGolden << " is written: read what changed.";
  }
  std::ifstream file(kGolden);
  EXPECT_EQ(help, std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(Help, EveryCommandHasAnExampleThatBeginsWithItsWords) {
  for (const Entry& entry : AllCommands()) {
    if (entry.make == nullptr) continue;
    for (absl::string_view line : absl::StrSplit(entry.example, '\n')) {
      EXPECT_EQ(line.substr(0, line.find(entry.words)), "kyc ") << line;
    }
  }
}

}  // namespace
}  // namespace kyc::cli
