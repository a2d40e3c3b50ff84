#include "server/finpay/text.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/call/text_rules.h"

namespace kyc::finpay {
namespace {

constexpr size_t kMaxEmail = 254;
constexpr int kJakartaOffset = 7 * 3600;

// A backslash is a slash to some readers of URLs, and then the host is another one.
bool MayBeInUrl(char c) { return absl::ascii_isgraph(c) && c != '\\'; }

// Drops a scheme in any letter case; false if it is not there.
bool ConsumeScheme(absl::string_view scheme, absl::string_view& url) {
  if (!absl::StartsWithIgnoreCase(url, scheme)) return false;
  url.remove_prefix(scheme.size());
  return true;
}

}  // namespace

bool AreDigits(absl::string_view text, size_t min, size_t max) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

bool IsPhone(absl::string_view text) {
  return AreDigits(text, 10, 15) && (absl::StartsWith(text, "62") || absl::StartsWith(text, "08"));
}

bool IsEmail(absl::string_view text) {
  const size_t at = text.find('@');
  return text.size() <= kMaxEmail && at != 0 && at != text.npos && at + 1 < text.size() &&
         text.find('@', at + 1) == text.npos && IsIdentifier(text) &&
         std::none_of(text.begin(), text.end(), absl::ascii_isspace);
}

bool IsWebUrl(absl::string_view text, bool allow_http) {
  if (!std::all_of(text.begin(), text.end(), MayBeInUrl)) return false;
  const bool known =
      ConsumeScheme("https://", text) || (allow_http && ConsumeScheme("http://", text));
  if (!known) return false;
  absl::string_view host = text.substr(0, text.find_first_of("/?#"));
  // A user may stand before the host.
  host.remove_prefix(host.rfind('@') == host.npos ? 0 : host.rfind('@') + 1);
  return !host.empty() && host[0] != ':';
}

bool IsCountryCode(absl::string_view text) {
  return text.size() == 2 && absl::ascii_isupper(text[0]) && absl::ascii_isupper(text[1]);
}

absl::optional<absl::Time> ParseExpiry(absl::string_view text) {
  // ParseTime alone takes other shapes too: spaces around it, longer years, "infinite-future".
  constexpr absl::string_view kShape = "dddd-dd-dd dd:dd:dd";
  if (text.size() != kShape.size() || absl::StartsWith(text, "0000")) return absl::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = kShape[i] == 'd' ? absl::ascii_isdigit(text[i]) : text[i] == kShape[i];
    if (!fits) return absl::nullopt;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M:%S", text, absl::FixedTimeZone(kJakartaOffset), &time,
                       &error)) {
    return absl::nullopt;
  }
  return time;
}

}  // namespace kyc::finpay
