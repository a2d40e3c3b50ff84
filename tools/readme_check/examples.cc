#include "tools/readme_check/examples.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kyc::readme {
namespace {

constexpr absl::string_view kFence = "```";
constexpr absl::string_view kStaysOpen = "<!-- stays open -->";

bool IsCommand(absl::string_view language, absl::string_view body) {
  return language == "sh" &&
         (absl::StartsWith(body, "grpcurl ") || absl::StartsWith(body, "curl "));
}

// The names in `<!-- KIND: a, b -->`, none if the line is something else.
std::set<std::string> NamesIn(absl::string_view line, absl::string_view kind) {
  std::set<std::string> names;
  line = absl::StripAsciiWhitespace(line);
  const bool comment = absl::ConsumePrefix(&line, absl::StrCat("<!-- ", kind, ":")) &&
                       absl::ConsumeSuffix(&line, "-->");
  if (!comment) return names;
  for (absl::string_view name : absl::StrSplit(line, ',')) {
    names.emplace(absl::StripAsciiWhitespace(name));
  }
  return names;
}

// Walks over the lines once.
class Reader {
 public:
  absl::Status Read(absl::string_view markdown) {
    for (absl::string_view line : absl::StrSplit(markdown, '\n')) {
      ++number_;
      if (absl::Status read = in_block_ ? ReadInside(line) : ReadOutside(line); !read.ok()) {
        return read;
      }
    }
    if (in_block_) return At(opened_, "a block without end");
    return awaiting_.empty() ? absl::OkStatus()
                             : At(examples_[awaiting_.back()].line, "a command without its reply");
  }

  std::vector<Example> Take() {
    for (Example& example : examples_) example.volatile_names.insert(all_.begin(), all_.end());
    return std::move(examples_);
  }

 private:
  static absl::Status At(int line, absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
  }

  absl::Status ReadOutside(absl::string_view line) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (absl::StartsWith(text, kFence)) {
      language_ = std::string(absl::StripAsciiWhitespace(text.substr(kFence.size())));
      body_.clear();
      opened_ = number_;
      in_block_ = true;
      after_reply_ = false;
      return absl::OkStatus();
    }
    for (const std::string& name : NamesIn(text, "volatile everywhere")) all_.insert(name);
    const std::set<std::string> names = NamesIn(text, "volatile");
    if (!names.empty() && !after_reply_)
      return At(number_, "volatile: belongs right after a reply");
    if (!names.empty()) examples_[replied_].volatile_names = names;
    if (text == kStaysOpen) next_stays_open_ = true;
    if (!text.empty()) after_reply_ = false;
    return absl::OkStatus();
  }

  absl::Status ReadInside(absl::string_view line) {
    if (absl::StripAsciiWhitespace(line) != kFence) {
      absl::StrAppend(&body_, line, "\n");
      return absl::OkStatus();
    }
    in_block_ = false;
    if (MayBeCommand() && IsCommand(language_, body_)) {
      awaiting_.push_back(examples_.size());
      examples_.push_back({opened_ + 1, body_, "", next_stays_open_, {}});
      next_stays_open_ = false;
    } else if (!awaiting_.empty()) {
      return ReadReply();
    }
    return absl::OkStatus();
  }

  // Where a reply is due, only beside a command that stays open.
  bool MayBeCommand() const {
    return awaiting_.empty() || (awaiting_.size() == 1 && examples_[awaiting_.back()].stays_open &&
                                 awaiting_.back() + 1 == examples_.size());
  }

  absl::Status ReadReply() {
    if (language_ != "json" && language_ != "text") {
      return At(opened_, "here the command's reply was due, a json or text block");
    }
    replied_ = awaiting_.back();
    examples_[replied_].reply = body_;
    awaiting_.pop_back();
    after_reply_ = true;
    return absl::OkStatus();
  }

  std::vector<Example> examples_;
  std::set<std::string> all_;
  std::string language_;
  std::string body_;
  int number_ = 0;
  int opened_ = 0;
  std::vector<size_t> awaiting_;  // Examples without their reply yet, the next to get one last.
  size_t replied_ = 0;            // Who got the last reply.
  bool in_block_ = false;
  bool next_stays_open_ = false;
  bool after_reply_ = false;
};

}  // namespace

absl::StatusOr<std::vector<Example>> ReadExamples(absl::string_view markdown) {
  Reader reader;
  if (absl::Status read = reader.Read(markdown); !read.ok()) return read;
  return reader.Take();
}

}  // namespace kyc::readme
