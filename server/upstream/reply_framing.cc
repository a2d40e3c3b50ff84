#include "server/upstream/reply_framing.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kyc::upstream {
namespace {

constexpr size_t kMaxDigits = 18;  // What fits into an int64_t.

bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(c) ||
         absl::string_view("!#$%&'*+-.^_`|~").find(c) != std::string::npos;
}

// As a reader that is careless about names would take it.
std::string CarelessName(absl::string_view name) {
  std::string careless;
  for (const char c : name) {
    if (IsTokenCharacter(c)) careless.push_back(absl::ascii_tolower(c));
  }
  return careless;
}

bool AllDigits(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxDigits &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

bool ReplyFraming::StatusLine(absl::string_view line) {
  http10_ = absl::StartsWith(line, "HTTP/1.0 ");
  if (!http10_ && !absl::StartsWith(line, "HTTP/1.1 ")) return false;
  const absl::string_view rest = line.substr(9);
  const bool three_digits =
      AllDigits(rest.substr(0, 3)) && rest.size() >= 3 && (rest.size() == 3 || rest[3] == ' ');
  return three_digits && absl::SimpleAtoi(rest.substr(0, 3), &status_);
}

void ReplyFraming::Header(absl::string_view name, absl::string_view value) {
  framing_header_ = false;
  if (name.size() < absl::string_view("content-length").size()) return;
  const std::string careless = CarelessName(name);
  framing_header_ = careless == "content-length" || careless == "transfer-encoding";
  if (!framing_header_) return;
  if (careless.size() != name.size()) {  // Blanks and the like in it: not everybody would see it.
    clear_ = false;
  } else if (careless == "content-length") {
    ContentLength(value);
  } else {
    const bool once = coding_ == Coding::kNone;
    coding_ = once && absl::EqualsIgnoreCase(value, "chunked") ? Coding::kChunked : Coding::kOther;
  }
}

void ReplyFraming::ContentLength(absl::string_view value) {
  for (absl::string_view said : absl::StrSplit(value, ',')) {
    said = absl::StripAsciiWhitespace(said);
    int64_t length = -1;
    if (!AllDigits(said) || !absl::SimpleAtoi(said, &length) ||
        (content_length_ >= 0 && length != content_length_)) {
      clear_ = false;
      return;
    }
    content_length_ = length;
  }
}

void ReplyFraming::Folded() {
  if (framing_header_) clear_ = false;
}

void ReplyFraming::LineEnd(absl::string_view line) {
  if (!absl::ConsumeSuffix(&line, "\n")) return;  // The connection ended within it.
  const LineEnds found = absl::ConsumeSuffix(&line, "\r") ? LineEnds::kCrLf : LineEnds::kLf;
  if (line_ends_ == LineEnds::kUnknown) line_ends_ = found;
  constexpr absl::string_view kEndForSome("\r\0", 2);
  if (found != line_ends_ || line.find_first_of(kEndForSome) != line.npos) clear_ = false;
}

bool ReplyFraming::clear() const {
  if (!clear_ || coding_ == Coding::kOther) return false;
  return coding_ == Coding::kNone || (content_length_ < 0 && !http10_);
}

}  // namespace kyc::upstream
