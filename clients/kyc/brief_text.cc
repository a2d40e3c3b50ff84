#include "clients/kyc/brief_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::client {
namespace {

// The longest names of methods and fields are shorter.
constexpr size_t kLongestRun = 64;
constexpr size_t kLongestText = 400;

bool MayBeBase64(char c) { return absl::ascii_isalnum(c) || absl::StrContains("+/-_=", c); }

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string BriefText(absl::string_view text) {
  std::string brief;
  while (!text.empty() && brief.size() <= kLongestText) {
    const size_t run =
        static_cast<size_t>(std::find_if_not(text.begin(), text.end(), MayBeBase64) - text.begin());
    if (run > kLongestRun) {
      absl::StrAppend(&brief, "(", run, " characters)");
    } else {
      absl::StrAppend(&brief, text.substr(0, std::max<size_t>(run, 1)));
    }
    text.remove_prefix(std::max<size_t>(run, 1));
  }
  if (brief.size() <= kLongestText) return brief;
  size_t end = kLongestText;
  while (Continues(brief[end])) --end;
  brief.resize(end);
  return brief + "...";
}

}  // namespace kyc::client
