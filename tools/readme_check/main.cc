// readme_check README.md RUN_DIR: runs the commands of README.md against a gateway that was just
// started on fresh state, and compares the replies with those that README.md shows.
//
// In commands, `.run/` stands for RUN_DIR, and "CURSOR" for the last cursor printed before. Runs in
// the current folder. Exit status: 0 if all replies are as documented, 1 if not, 2 if README.md
// cannot be read.
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/kyc/command.h"
#include "clients/kyc/run_command.h"
#include "tools/readme_check/examples.h"
#include "tools/readme_check/reply.h"
#include "tools/readme_check/run_curl.h"
#include "tools/readme_check/shell_words.h"

namespace {

using kyc::readme::Example;

absl::StatusOr<std::string> RunGrpcurl(const std::vector<std::string>& words) {
  auto command = kyc::client::ParseCommand(words);
  if (!command.ok()) return command.status();
  command->max_time = std::min(command->max_time, absl::Minutes(1));
  std::istringstream in;
  std::ostringstream out, err;
  kyc::client::RunCommand(*command, in, out, err);
  return absl::StrCat(out.str(), err.str());
}

// README.md's commands, one after the other.
class Check {
 public:
  explicit Check(std::string run_dir) : run_dir_(std::move(run_dir)) {}

  // False if the reply is not the documented one.
  bool Run(const Example& example) {
    std::cout << "\nREADME.md:" << example.line << "\n" << example.command;
    const auto output = Output(example.command);
    if (!output.ok()) {
      std::cout << "FAILED: " << output.status().message() << "\n";
      return false;
    }
    std::cout << *output << (absl::EndsWith(*output, "\n") ? "" : "\n");
    const auto reply = kyc::readme::ReadReply(*output);
    if (const auto cursor = kyc::readme::LastCursor(reply)) cursor_ = *cursor;
    const auto differences = kyc::readme::Differences(kyc::readme::ReadReply(example.reply), reply,
                                                      example.volatile_names);
    for (const std::string& line : differences) std::cout << "DIFFERS: " << line << "\n";
    std::cout.flush();
    return differences.empty();
  }

 private:
  absl::StatusOr<std::string> Output(const std::string& command) {
    auto words = kyc::readme::SplitWords(command);
    if (!words.ok()) return words.status();
    for (std::string& word : *words) {
      if (absl::StrContains(word, "\"CURSOR\"") && cursor_.empty()) {
        return absl::FailedPreconditionError("no cursor was printed before");
      }
      word = absl::StrReplaceAll(
          word, {{"\"CURSOR\"", absl::StrCat("\"", cursor_, "\"")}, {".run/", run_dir_ + "/"}});
    }
    return words->front() == "curl" ? kyc::readme::RunCurl(*words) : RunGrpcurl(*words);
  }

  const std::string run_dir_;
  std::string cursor_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: readme_check README.md RUN_DIR\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto examples = kyc::readme::ReadExamples(text);
  if (!examples.ok() || examples->empty()) {
    std::cerr << argv[1] << ": "
              << (examples.ok() ? "no command with a reply" : examples.status().message()) << "\n";
    return 2;
  }
  Check check(argv[2]);
  size_t right = 0;
  for (const Example& example : *examples) right += check.Run(example) ? 1 : 0;
  std::cout << "\nREADME: " << examples->size() << " commands, " << right << " as documented\n";
  return right == examples->size() ? 0 : 1;
}
