#include "server/call/text_rules.h"

#include <algorithm>
#include <iterator>

#include "server/call/utf8.h"

namespace kyc {
namespace {

// From and to, both included.
struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kControls[] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x2029}};
constexpr Range kBlanks[] = {{0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
                             {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
// Unicode's Default_Ignorable_Code_Point; beside it the empty Braille pattern and the marks of
// annotations.
constexpr Range kUnseen[] = {
    {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},    {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x202A, 0x202E},  {0x2060, 0x206F}, {0x2800, 0x2800},
    {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

template <size_t count>
bool IsIn(const Range (&ranges)[count], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

// Whether any character is so; true where the text is not valid UTF-8.
template <typename Predicate>
bool AnyChar(absl::string_view text, Predicate is_so) {
  while (!text.empty()) {
    const Utf8Char next = FirstChar(text);
    if (next.length == 0 || is_so(next.code)) return true;
    text.remove_prefix(next.length);
  }
  return false;
}

bool IsControl(char32_t code) { return IsIn(kControls, code); }
bool IsBlankChar(char32_t code) { return IsIn(kBlanks, code) || IsControl(code); }

}  // namespace

bool IsBlank(absl::string_view text) {
  return !AnyChar(text, [](char32_t code) { return !IsBlankChar(code); });
}

absl::string_view WithoutBlanks(absl::string_view text) {
  size_t begin = text.size(), end = text.size();  // Of what is no blank.
  for (size_t at = 0; at < text.size();) {
    const Utf8Char next = FirstChar(text.substr(at));
    const size_t length = std::max<size_t>(next.length, 1);
    if (next.length == 0 || !IsBlankChar(next.code)) {
      begin = std::min(begin, at);
      end = at + length;
    }
    at += length;
  }
  return text.substr(begin, end - begin);
}

bool IsInvisible(absl::string_view text) {
  return !AnyChar(text, [](char32_t code) { return !IsBlankChar(code) && !IsIn(kUnseen, code); });
}

bool IsIdentifier(absl::string_view text) {
  return !IsBlank(text) && !AnyChar(text, [](char32_t code) {
    if (code < 0x7F) return code < 0x20;  // Nearly all there are.
    return IsControl(code) || IsIn(kUnseen, code);
  });
}

}  // namespace kyc
