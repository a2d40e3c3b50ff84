// readme_check README.md RUN_DIR: runs the commands of a README against a gateway that was just
// started on fresh state, and compares the replies with those that the README shows.
//
// In commands, `.run/` stands for RUN_DIR, and "CURSOR" for the last cursor printed before. Runs in
// the current folder. Exit status: 0 if all replies are as documented, 1 if not, 2 if the README
// cannot be read.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/readme_check/examples.h"
#include "tools/readme_check/reply.h"
#include "tools/readme_check/run_curl.h"
#include "tools/readme_check/run_grpcurl.h"
#include "tools/readme_check/shell_words.h"

namespace {

using kyc::readme::Example;

// A README's commands, one after the other.
class Check {
 public:
  Check(std::string readme, std::string run_dir)
      : readme_(std::move(readme)), run_dir_(std::move(run_dir)) {}

  void Run(const Example& example) {
    std::cout << "\n" << readme_ << ":" << example.line << "\n" << example.command << std::flush;
    auto words = Words(example.command);
    if (!words.ok()) {
      Judge(example, words.status());
    } else if (example.stays_open) {
      open_example_ = &example;
      open_ = std::make_unique<kyc::readme::OpenGrpcurl>(*std::move(words));
      return;
    } else if (words->front() == "curl") {
      Judge(example, kyc::readme::RunCurl(*std::move(words)));
    } else {
      Judge(example, kyc::readme::RunGrpcurl(*words));
    }
    if (open_ == nullptr) return;
    std::cout << "\n" << readme_ << ":" << open_example_->line << ", which stayed open\n";
    Judge(*open_example_, open_->Output());
    open_.reset();
  }

  size_t right() const { return right_; }

 private:
  absl::StatusOr<std::vector<std::string>> Words(const std::string& command) const {
    auto words = kyc::readme::SplitWords(command);
    if (!words.ok()) return words.status();
    for (std::string& word : *words) {
      if (absl::StrContains(word, "\"CURSOR\"") && cursor_.empty()) {
        return absl::FailedPreconditionError("no cursor was printed before");
      }
      word = absl::StrReplaceAll(
          word, {{"\"CURSOR\"", absl::StrCat("\"", cursor_, "\"")}, {".run/", run_dir_ + "/"}});
    }
    return words;
  }

  void Judge(const Example& example, const absl::StatusOr<std::string>& output) {
    if (!output.ok()) {
      std::cout << "FAILED: " << output.status().message() << "\n";
      return;
    }
    std::cout << *output << (absl::EndsWith(*output, "\n") ? "" : "\n");
    const auto reply = kyc::readme::ReadReply(*output);
    if (const auto cursor = kyc::readme::LastCursor(reply)) cursor_ = *cursor;
    const auto differences = kyc::readme::Differences(kyc::readme::ReadReply(example.reply), reply,
                                                      example.volatile_names);
    for (const std::string& line : differences) std::cout << "DIFFERS: " << line << "\n";
    std::cout.flush();
    right_ += differences.empty() ? 1 : 0;
  }

  const std::string readme_;
  const std::string run_dir_;
  std::string cursor_;
  const Example* open_example_ = nullptr;
  std::unique_ptr<kyc::readme::OpenGrpcurl> open_;
  size_t right_ = 0;
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
  Check check(argv[1], argv[2]);
  for (const Example& example : *examples) check.Run(example);
  std::cout << "\n"
            << argv[1] << ": " << examples->size() << " commands, " << check.right()
            << " as documented\n";
  return check.right() == examples->size() ? 0 : 1;
}
