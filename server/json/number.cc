#include "server/json/number.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kyc::json {
namespace {

constexpr int64_t kMaxDigits = 128;

size_t SkipDigits(absl::string_view text, size_t at) {
  while (at < text.size() && absl::ascii_isdigit(text[at])) ++at;
  return at;
}

// Digits and the power of ten that they are multiplied by.
struct Scaled {
  std::string digits;  // Without leading zeros.
  int64_t power = 0;
};

// `number` has no sign. nullopt: its exponent is beyond all that can be an integer of 128 digits.
absl::optional<Scaled> Split(absl::string_view number) {
  const size_t e = number.find_first_of("eE");
  const absl::string_view mantissa = number.substr(0, e);
  const size_t point = mantissa.find('.');
  const absl::string_view fraction =
      point == mantissa.npos ? absl::string_view() : mantissa.substr(point + 1);
  Scaled scaled;
  scaled.digits = absl::StrCat(mantissa.substr(0, point), fraction);
  scaled.digits.erase(0, scaled.digits.find_first_not_of('0'));
  if (scaled.digits.empty()) return scaled;
  int32_t exponent = 0;
  if (e != number.npos) {
    absl::string_view text = number.substr(e + 1);
    absl::ConsumePrefix(&text, "+");
    if (!absl::SimpleAtoi(text, &exponent)) return absl::nullopt;
  }
  scaled.power = exponent - static_cast<int64_t>(fraction.size());
  return scaled;
}

}  // namespace

bool IsNumber(absl::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t digits = SkipDigits(text, at) - at;
  if (digits == 0 || (digits > 1 && text[at] == '0')) return false;
  at += digits;
  if (at < text.size() && text[at] == '.') {
    const size_t end = SkipDigits(text, at + 1);
    if (end == at + 1) return false;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t end = SkipDigits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

absl::optional<std::string> ExactInteger(absl::string_view number) {
  if (!IsNumber(number)) return absl::nullopt;
  const bool negative = absl::ConsumePrefix(&number, "-");
  absl::optional<Scaled> scaled = Split(number);
  if (!scaled) return absl::nullopt;
  std::string& digits = scaled->digits;
  if (digits.empty()) return "0";
  while (scaled->power < 0 && digits.back() == '0') {
    digits.pop_back();
    ++scaled->power;
  }
  if (scaled->power < 0) return absl::nullopt;
  if (static_cast<int64_t>(digits.size()) + scaled->power > kMaxDigits) return absl::nullopt;
  digits.append(scaled->power, '0');
  return negative ? absl::StrCat("-", digits) : digits;
}

}  // namespace kyc::json
