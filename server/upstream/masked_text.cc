#include "server/upstream/masked_text.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace kyc::upstream {
namespace {

constexpr char kMask[] = "***";
constexpr size_t kMaxCharacters = 256;
constexpr size_t kMaxScanned = 16 << 10;
// Shorter values are masked only where they are a whole word.
constexpr size_t kMinInside = 3;
constexpr size_t kMinDigits = 4;
constexpr size_t kMinBase64 = 20;

bool IsBase64(char c) { return absl::ascii_isalnum(c) || absl::StrContains("+/=_-", c); }

// Control characters gone, white space as spaces, so that a line break hides no value.
std::string Printable(absl::string_view text) {
  std::string printable;
  for (char c : text) {
    if (absl::ascii_isspace(c)) {
      printable.push_back(' ');
    } else if (!absl::ascii_iscntrl(c)) {
      printable.push_back(c);
    }
  }
  return printable;
}

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Adds what lies between separators.
template <typename IsSeparator>
void AddWords(absl::string_view value, IsSeparator is_separator, std::vector<std::string>& words) {
  while (!value.empty()) {
    const size_t length = std::find_if(value.begin(), value.end(), is_separator) - value.begin();
    if (length > 0) words.emplace_back(value.substr(0, length));
    value.remove_prefix(std::min(length + 1, value.size()));
  }
}

// What is to be masked: the values and their words, in lower case, sorted. Beyond ASCII a character
// may be a letter ("é") or separate words (a dash): so words are made both ways.
std::vector<std::string> Needles(const std::vector<std::string>& values) {
  std::vector<std::string> needles;
  for (const std::string& value : values) {
    const std::string printable = absl::AsciiStrToLower(Printable(value));
    const absl::string_view whole = absl::StripAsciiWhitespace(printable);
    if (whole.size() >= kMinInside) needles.emplace_back(whole);
    AddWords(
        whole, [](char c) { return IsAscii(c) && !absl::ascii_isalnum(c); }, needles);
    AddWords(
        whole, [](char c) { return !absl::ascii_isalnum(c); }, needles);
  }
  std::sort(needles.begin(), needles.end());
  needles.erase(std::unique(needles.begin(), needles.end()), needles.end());
  return needles;
}

bool IsWholeWord(absl::string_view text, size_t begin, size_t end) {
  return (begin == 0 || !absl::ascii_isalnum(text[begin - 1])) &&
         (end == text.size() || !absl::ascii_isalnum(text[end]));
}

// The length of the longest needle that is to be masked at `begin`; 0 if none is. `text` is in
// lower case.
size_t NeedleAt(absl::string_view text, size_t begin, const std::vector<std::string>& needles) {
  absl::string_view rest = text.substr(begin);
  while (!rest.empty()) {
    const auto above = std::upper_bound(needles.begin(), needles.end(), rest);
    if (above == needles.begin()) return 0;
    const std::string& needle = *std::prev(above);
    const size_t common =
        std::mismatch(needle.begin(), needle.end(), rest.begin(), rest.end()).first -
        needle.begin();
    const bool starts_with = common == needle.size();
    if (starts_with && (common >= kMinInside || IsWholeWord(text, begin, begin + common))) {
      return common;
    }
    // In this order every other needle that `rest` starts with begins this one too.
    rest = rest.substr(0, starts_with ? common - 1 : common);
  }
  return 0;
}

// The length of the run of digits, with single separators between them, that `text` starts with;
// 0 if there are too few digits.
size_t DigitsAt(absl::string_view text) {
  size_t digits = 0;
  size_t end = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_isdigit(text[i])) {
      ++digits;
      end = i + 1;
    } else if (i == 0 || i != end || !absl::StrContains(" -./:", text[i])) {
      break;
    }
  }
  return digits >= kMinDigits ? end : 0;
}

size_t Base64At(absl::string_view text) {
  const size_t length = std::find_if_not(text.begin(), text.end(), IsBase64) - text.begin();
  return length >= kMinBase64 ? length : 0;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The first kMaxCharacters characters.
std::string Cut(absl::string_view text) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsContinuation(text[i]) && characters++ == kMaxCharacters) {
      return std::string(text.substr(0, i));
    }
  }
  return std::string(text);
}

}  // namespace

std::string MaskedText(absl::string_view text, const std::vector<std::string>& values) {
  const std::string printable = Printable(text.substr(0, 2 * kMaxScanned));
  const std::string lower = absl::AsciiStrToLower(printable);
  const std::vector<std::string> needles = Needles(values);
  size_t end = std::min(printable.size(), kMaxScanned);
  while (end < printable.size() && IsContinuation(printable[end])) ++end;
  std::string masked;
  size_t masked_until = 0;
  // Values may overlap: where one starts inside another, the mask grows. Four bytes a character.
  for (size_t i = 0; i < end; ++i) {
    const absl::string_view rest = absl::string_view(lower).substr(i);
    const bool inside = i < masked_until;
    const size_t run = inside ? 0 : std::max(DigitsAt(rest), Base64At(rest));
    const size_t found = std::max(run, NeedleAt(lower, i, needles));
    if (!inside && found > 0) masked += kMask;
    if (!inside && found == 0) masked.push_back(printable[i]);
    if (found > 0) masked_until = std::max(masked_until, i + found);
    if (masked.size() > 4 * kMaxCharacters) break;
  }
  return Cut(masked);
}

}  // namespace kyc::upstream
