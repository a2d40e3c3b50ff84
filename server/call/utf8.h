// UTF-8, one character after another.
#ifndef SERVER_CALL_UTF8_H_
#define SERVER_CALL_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace kyc {

// A character at the beginning of a text. Length 0: there is none, or it is not valid UTF-8 (too
// long a form, a surrogate and what lies beyond U+10FFFF included).
struct Utf8Char {
  char32_t code = 0;
  size_t length = 0;
};

inline Utf8Char FirstChar(absl::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t code = lead & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    code = code << 6 | (next & 0x3F);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

}  // namespace kyc

#endif  // SERVER_CALL_UTF8_H_
