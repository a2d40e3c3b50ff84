#include "server/events/postgres/waited_for.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kyc::events::postgres {
namespace {

// Without the quotes that it needs where it is no plain word.
std::string NameIn(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&text, "\"")) return std::string(text);
  absl::ConsumeSuffix(&text, "\"");
  return absl::StrReplaceAll(text, {{"\"\"", "\""}});
}

}  // namespace

WaitedFor WaitedForIn(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  WaitedFor waited;
  if (text.empty()) return waited;
  waited.count = 1;
  if (const size_t list = text.find('('); list != text.npos && !absl::StartsWith(text, "\"")) {
    for (const absl::string_view word : absl::StrSplit(text.substr(0, list), ' ')) {
      int count = 0;
      if (absl::SimpleAtoi(word, &count)) waited.count = count;
      waited.any = waited.any || absl::EqualsIgnoreCase(word, "ANY");
    }
    text.remove_prefix(list + 1);
    absl::ConsumeSuffix(&text, ")");
  }
  for (const absl::string_view name : absl::StrSplit(text, ',')) {
    waited.names.push_back(NameIn(name));
  }
  return waited;
}

bool NamesAnyOf(const WaitedFor& waited, const std::vector<std::string>& names) {
  return std::any_of(waited.names.begin(), waited.names.end(), [&](const std::string& each) {
    return each == "*" || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
             return absl::EqualsIgnoreCase(each, name);
           });
  });
}

}  // namespace kyc::events::postgres
