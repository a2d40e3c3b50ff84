#include "clients/kyc/cli/complete.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/kyc/cli/common.h"

namespace kyc::cli {
namespace {

// What is declared: every flag, and what it may be followed by.
class Flags final : public Options {
 public:
  struct Flag {
    std::string name;
    bool takes_value;
    std::vector<std::string> among;  // Empty: anything.
  };

  void Word(const char*, std::string&, const char*, Need) override {}
  void Words(const char*, std::vector<std::string>&, const char*, Need) override {}
  void Text(const char* flags, const char*, std::string&, const char*, Need) override {
    Add(flags, true);
  }
  void Texts(const char* flags, const char*, std::vector<std::string>&, const char*) override {
    Add(flags, true);
  }
  void Choice(const char* flags, std::string&, std::vector<std::string> among,
              const char*) override {
    Add(flags, true, std::move(among));
  }
  void Number(const char* flags, const char*, int64_t&, int64_t, int64_t, const char*) override {
    Add(flags, true);
  }
  void Switch(const char* flags, bool&, const char*) override { Add(flags, false); }

  const Flag* Find(const std::string& name) const {
    const auto found = absl::c_find_if(flags_, [&](const Flag& f) { return f.name == name; });
    return found == flags_.end() ? nullptr : &*found;
  }
  const std::vector<Flag>& all() const { return flags_; }

 private:
  void Add(const char* flags, bool takes_value, std::vector<std::string> among = {}) {
    for (absl::string_view name : absl::StrSplit(flags, ',')) {
      flags_.push_back({std::string(name), takes_value, among});
    }
  }

  std::vector<Flag> flags_;
};

// The commands' words that are among these, as far as they name one: "upgrades list".
std::string CommandOf(absl::Span<const Entry> entries, absl::Span<const std::string> words) {
  std::string command;
  for (const std::string& word : words) {
    const std::string longer = absl::StrCat(command, command.empty() ? "" : " ", word);
    if (absl::c_any_of(entries, [&](const Entry& e) { return longer == e.words; })) {
      command = longer;
    }
  }
  return command;
}

// What may follow `command`: the next word of each command that begins with it.
std::vector<std::string> NextWords(absl::Span<const Entry> entries, const std::string& command) {
  std::vector<std::string> next;
  const std::string prefix = command.empty() ? "" : command + " ";
  for (const Entry& entry : entries) {
    absl::string_view rest = entry.words;
    if (absl::ConsumePrefix(&rest, prefix) && !absl::StrContains(rest, ' ')) {
      next.emplace_back(rest);
    }
  }
  return next;
}

}  // namespace

std::vector<std::string> Complete(absl::Span<const Entry> entries,
                                  absl::Span<const std::string> words) {
  if (words.empty()) return {};
  const std::string command = CommandOf(entries, words.subspan(0, words.size() - 1));
  Flags flags;
  Common common;
  DeclareCommon(flags, common);
  for (const Entry& entry : entries) {
    if (command != entry.words || entry.make == nullptr) continue;
    const std::unique_ptr<Command> made = entry.make();
    made->Declare(flags);
  }
  std::vector<std::string> candidates;
  const Flags::Flag* const before =
      words.size() < 2 ? nullptr : flags.Find(words[words.size() - 2]);
  if (before != nullptr && before->takes_value) {
    candidates = before->among;
  } else if (absl::StartsWith(words.back(), "-")) {
    candidates.push_back("--help");
    for (const Flags::Flag& flag : flags.all()) candidates.push_back(flag.name);
  } else {
    candidates = NextWords(entries, command);
  }
  std::vector<std::string> fitting;
  for (std::string& candidate : candidates) {
    if (absl::StartsWith(candidate, words.back())) fitting.push_back(std::move(candidate));
  }
  return fitting;
}

}  // namespace kyc::cli
