#include "clients/kyc/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace kyc::client {
namespace {

// The length of the well-formed UTF-8 character at the start of `text`, 0 if there is none.
size_t CharacterLength(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const size_t length = byte(0) < 0x80                       ? 1
                        : byte(0) >= 0xC2 && byte(0) <= 0xDF ? 2
                        : byte(0) >= 0xE0 && byte(0) <= 0xEF ? 3
                        : byte(0) >= 0xF0 && byte(0) <= 0xF4 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
  const bool beyond = (byte(0) == 0xED && byte(1) >= 0xA0) || (byte(0) == 0xF4 && byte(1) >= 0x90);
  return length > 1 && (overlong || beyond) ? 0 : length;
}

void AppendAscii(char c, std::string& out) {
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const bool plain = c >= 0x20 && c != '<' && c != '>' && c != '&';
  out += plain ? std::string(1, c) : absl::StrFormat("\\u%04x", static_cast<unsigned>(c));
}

// "1.25e+20" without its exponent: 125000000000000000000. For whole numbers.
std::string Unfold(const std::string& scientific, size_t exponent) {
  std::string digits;
  for (const char c : scientific.substr(0, scientific.find('e'))) {
    if (c != '.') digits += c;
  }
  digits.resize(exponent + 1 + (digits[0] == '-'), '0');
  return digits;
}

template <typename Float>
std::string ShortestNumber(Float value) {
  const Float size = std::fabs(value);
  const bool small = size != 0 && size < Float(1e-6);
  const bool fixed = !small && size < Float(1e16);
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  if (fixed) return text;
  const size_t e = text.find('e');
  if (!small && size < Float(1e21)) return Unfold(text, std::stoi(text.substr(e + 2)));
  // Go writes 1e-9 where C++ writes 1e-09.
  if (text[e + 2] == '0') text.erase(e + 2, 1);
  return text;
}

// ".120" and the like: none, 3, 6 or 9 digits.
std::string Fraction(int64_t nanos) {
  if (nanos == 0) return "";
  if (nanos % 1'000'000 == 0) return absl::StrFormat(".%03d", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return absl::StrFormat(".%06d", nanos / 1'000);
  return absl::StrFormat(".%09d", nanos);
}

}  // namespace

std::string QuoteJson(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const absl::string_view character = text.substr(0, length);
    if (length == 0) {
      out += "\\ufffd";
    } else if (length == 1) {
      AppendAscii(text[0], out);
    } else if (character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9") {
      out += character == "\xE2\x80\xA8" ? "\\u2028" : "\\u2029";
    } else {
      out.append(character.data(), character.size());
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + "\"";
}

std::string ObjectJson(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::string out;
  for (const auto& [name, text] : texts) {
    absl::StrAppend(&out, out.empty() ? "{" : ",", QuoteJson(name), ":", QuoteJson(text));
  }
  return out.empty() ? "{}" : out + "}";
}

std::string NumberJson(double value) { return ShortestNumber(value); }
std::string NumberJson(float value) { return ShortestNumber(value); }

std::string TimestampJson(int64_t seconds, int64_t nanos) {
  return QuoteJson(absl::StrCat(
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(seconds), absl::UTCTimeZone()),
      Fraction(nanos), "Z"));
}

std::string DurationJson(int64_t seconds, int64_t nanos) {
  const bool negative = seconds < 0 || nanos < 0;
  return QuoteJson(
      absl::StrCat(negative ? "-" : "", std::abs(seconds), Fraction(std::abs(nanos)), "s"));
}

size_t JsonValueLength(absl::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
        if (depth == 0) return i + 1;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth <= 0) return i + 1;
    } else if (depth == 0 && absl::ascii_isspace(c)) {
      return i;
    }
  }
  return depth == 0 && !quoted ? text.size() : 0;
}

absl::StatusOr<std::vector<std::string>> SplitJson(absl::string_view text) {
  std::vector<std::string> values;
  text = absl::StripLeadingAsciiWhitespace(text);
  while (!text.empty()) {
    const size_t length = JsonValueLength(text);
    if (length == 0) return absl::InvalidArgumentError("a JSON value does not end");
    values.emplace_back(text.substr(0, length));
    text = absl::StripLeadingAsciiWhitespace(text.substr(length));
  }
  return values;
}

}  // namespace kyc::client
