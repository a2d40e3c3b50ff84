// README.md's table of magic values is what the simulator does, and what a caller then gets.
//
// To update it: KYC_UPDATE_GOLDEN=1 bazel run //tools/simulator:magic_guide_test. Then read every
// line that changed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include "tools/simulator/magic.h"

namespace kyc::simulator {
namespace {

constexpr char kGuide[] = "tools/simulator/README.md";
constexpr char kCallers[] = "tests/errors/errors.golden";
constexpr std::string_view kBegin = "<!-- magic values: made by magic_guide_test -->\n";
constexpr std::string_view kEnd = "<!-- end of the magic values -->\n";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What the first endpoint's caller gets, by magic value.
std::map<std::string, std::string> CallersAnswers() {
  std::map<std::string, std::string> answers;
  std::ifstream file(kCallers);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string endpoint, value, code, reason, outcome, ignored, response;
    words >> endpoint >> value >> code >> reason >> outcome >> ignored >> ignored >> ignored >>
        std::ws;
    std::getline(words, response);
    const std::string answer = code + (code == "OK" ? ": " + response : " " + reason);
    answers.emplace(value, outcome == "-" ? answer : answer + ", " + outcome);
  }
  return answers;
}

// Of a value that all endpoints know, only what they have in common.
std::string AnswerTo(const MagicRow& row, const std::map<std::string, std::string>& answers) {
  const auto found = answers.find(row.value + (row.delay_in_value ? "50" : ""));
  if (found == answers.end()) return "";
  const bool any = row.field == MagicField::kCustRefNo;
  return any && found->second.starts_with("OK") ? "OK" : found->second;
}

std::string Table() {
  const std::map<std::string, std::string> answers = CallersAnswers();
  std::string table =
      "| where | value | HTTP | the upstream's answer | the caller gets |\n"
      "|---|---|---|---|---|\n";
  for (const MagicRow& row : MagicTable()) {
    table += "| " + std::string(FieldName(row.field)) + " | `" + row.value +
             (row.delay_in_value ? "<ms>" : "") + "` | " + std::to_string(row.answer.status) +
             " | " + row.what + " | " + AnswerTo(row, answers) + " |\n";
  }
  return table;
}

// Whether the guide was written anew instead of compared.
bool Update(const std::string& guide) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") == nullptr || workspace == nullptr) return false;
  std::ofstream(std::string(workspace) + "/" + kGuide) << guide;
  return true;
}

TEST(MagicGuide, TheTableIsTheSimulators) {
  const std::string guide = ReadFile(kGuide);
  const size_t begin = guide.find(kBegin);
  const size_t end = guide.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string due = guide.substr(0, begin + kBegin.size()) + Table() + guide.substr(end);
  if (Update(due)) GTEST_SKIP() << kGuide << " is written: read what changed.";
  EXPECT_EQ(guide, due);
}

TEST(MagicGuide, CallersAnswersAreKnown) {
  size_t known = 0;
  const auto answers = CallersAnswers();
  for (const MagicRow& row : MagicTable()) known += AnswerTo(row, answers).empty() ? 0 : 1;
  EXPECT_GT(known, 100U);
}

}  // namespace
}  // namespace kyc::simulator
