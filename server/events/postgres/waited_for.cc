#include "server/events/postgres/waited_for.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::events::postgres {
namespace {

// A word, a name in quotes without them, or one of "(),".
struct Token {
  std::string text;
  bool quoted = false;

  bool Is(absl::string_view other) const { return !quoted && absl::EqualsIgnoreCase(text, other); }
};

// Takes a name whose first quote is gone; a quote within it is written twice.
std::string TakeQuoted(absl::string_view& text) {
  std::string name;
  while (!text.empty()) {
    const size_t quote = text.find('"');
    absl::StrAppend(&name, text.substr(0, quote));
    if (quote == text.npos) return text = {}, name;
    text.remove_prefix(quote + 1);
    if (!absl::StartsWith(text, "\"")) return name;
    name += '"';
    text.remove_prefix(1);
  }
  return name;
}

std::vector<Token> TokensIn(absl::string_view text) {
  std::vector<Token> tokens;
  for (;;) {
    text = absl::StripLeadingAsciiWhitespace(text);
    if (text.empty()) return tokens;
    if (text.front() == '"') {
      text.remove_prefix(1);
      tokens.push_back({TakeQuoted(text), true});
      continue;
    }
    const size_t end = std::min(text.find_first_of("(),\" \t\n\r\v\f"), text.size());
    const size_t size = std::max<size_t>(end, 1);
    tokens.push_back({std::string(text.substr(0, size))});
    text.remove_prefix(size);
  }
}

}  // namespace

WaitedFor WaitedForIn(absl::string_view text) {
  const std::vector<Token> tokens = TokensIn(text);
  WaitedFor waited;
  if (tokens.empty()) return waited;
  waited.count = 1;
  auto at = std::find_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.Is("("); });
  if (at == tokens.end()) {
    at = tokens.begin();
  } else {
    for (auto word = tokens.begin(); word != at; ++word) {
      int count = 0;
      if (absl::SimpleAtoi(word->text, &count)) waited.count = count;
      waited.any = waited.any || word->Is("ANY");
    }
  }
  for (; at != tokens.end(); ++at) {
    if (!at->Is("(") && !at->Is(",") && !at->Is(")")) waited.names.push_back(at->text);
  }
  return waited;
}

bool WaitsForAnybody(const WaitedFor& waited) {
  return std::find(waited.names.begin(), waited.names.end(), "*") != waited.names.end();
}

int CountOf(const WaitedFor& waited, const std::vector<std::string>& names) {
  const size_t first = waited.any
                           ? waited.names.size()
                           : std::min(waited.names.size(), static_cast<size_t>(waited.count));
  return static_cast<int>(
      std::count_if(waited.names.begin(), waited.names.begin() + static_cast<std::ptrdiff_t>(first),
                    [&](const std::string& each) {
                      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                        return absl::EqualsIgnoreCase(each, name);
                      });
                    }));
}

}  // namespace kyc::events::postgres
