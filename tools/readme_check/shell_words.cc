#include "tools/readme_check/shell_words.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kyc::readme {
namespace {

constexpr absl::string_view kSpecial = "|&;<>()$`*?[]{}#~!\n";

absl::Status Refused(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the check understands no ", what, " in commands"));
}

class Splitter {
 public:
  explicit Splitter(absl::string_view text) : text_(absl::StripAsciiWhitespace(text)) {}

  absl::StatusOr<std::vector<std::string>> Split() {
    while (!text_.empty()) {
      if (absl::Status read = ReadNext(); !read.ok()) return read;
    }
    EndWord();
    return std::move(words_);
  }

 private:
  char Take() {
    const char c = text_[0];
    text_.remove_prefix(1);
    return c;
  }

  void Add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void EndWord() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  absl::Status ReadNext() {
    const char c = Take();
    if (c == ' ' || c == '\t') {
      EndWord();
    } else if (c == '\'') {
      return ReadSingleQuoted();
    } else if (c == '"') {
      return ReadDoubleQuoted();
    } else if (c == '\\') {
      if (text_.empty()) return Refused("backslash at the end");
      const char next = Take();
      if (next != '\n') Add(next);
    } else if (kSpecial.find(c) != absl::string_view::npos) {
      return Refused(c == '\n' ? "second line" : absl::StrCat("unquoted ", std::string(1, c)));
    } else {
      Add(c);
    }
    return absl::OkStatus();
  }

  absl::Status ReadSingleQuoted() {
    const size_t end = text_.find('\'');
    if (end == absl::string_view::npos) return Refused("quote without end");
    absl::StrAppend(&word_, text_.substr(0, end));
    in_word_ = true;
    text_.remove_prefix(end + 1);
    return absl::OkStatus();
  }

  absl::Status ReadDoubleQuoted() {
    in_word_ = true;
    while (!text_.empty()) {
      const char c = Take();
      if (c == '"') return absl::OkStatus();
      if (c == '$' || c == '`') return Refused(absl::StrCat(std::string(1, c), " in quotes"));
      const bool escapes = c == '\\' && !text_.empty() &&
                           absl::string_view("\"\\$`\n").find(text_[0]) != absl::string_view::npos;
      const char meant = escapes ? Take() : c;
      if (!escapes || meant != '\n') Add(meant);
    }
    return Refused("quote without end");
  }

  absl::string_view text_;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view command) {
  return Splitter(command).Split();
}

}  // namespace kyc::readme
