#include "server/call/text_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace kyc {
namespace {

// n: no identifier, b: blank, i: invisible.
std::string Judged(absl::string_view text) {
  std::string judged;
  if (!IsIdentifier(text)) judged += "n";
  if (IsBlank(text)) judged += "b";
  if (IsInvisible(text)) judged += "i";
  return judged;
}

TEST(TextRules, EachKindOfCharacter) {
  const struct {
    absl::string_view text;
    const char* judged;
  } cases[] = {
      {"", "nbi"},
      {"order-0001", ""},
      {"3d717e9f-6378-4d38-97e4-a617996bc22c", ""},
      {"order 1", ""},
      {" order ", ""},
      {"Jl. Selamet 41", ""},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", ""},  // é€😀
      {"\xE0\xA4\x85", ""},
      {"            ", "nbi"},
      {"\xC2\xA0\xE3\x80\x80\xE2\x80\x83", "nbi"},  // No-break, ideographic, em space.
      {"\t", "nbi"},
      {"order\r\nX: 1", "n"},
      {absl::string_view("a\0b", 3), "n"},
      {"a\x1F", "n"},
      {"a\x7F", "n"},
      {"a\xC2\x80", "n"},
      {"a\xC2\x85", "n"},  // Next line.
      {"a\xC2\x9F", "n"},
      {"a\xE2\x80\xA8"
       "b",
       "n"},  // Line separator.
      {"a\xE2\x80\xA9", "n"},
      {"a\xC2\xAD"
       "b",
       "n"},  // Soft hyphen.
      {"a\xE2\x80\x8B"
       "b",
       "n"},  // Zero width space.
      {"a\xE2\x80\x8D"
       "b",
       "n"},  // Zero width joiner.
      {"a\xE2\x80\xAE"
       "b",
       "n"},  // Right to left override.
      {"a\xE2\x81\xA6"
       "b",
       "n"},  // Isolate.
      {"\xEF\xBB\xBF"
       "a",
       "n"},  // Byte order mark.
      {"\xE2\x80\x8B", "ni"},
      {"\xE3\x85\xA4\xE3\x85\xA4", "ni"},  // Hangul fillers.
      {"\xE2\xA0\x80 ", "ni"},             // Empty Braille pattern.
      {"a\xF3\xA0\x81\x81", "n"},          // Tag.
      {"a\xFF", "n"},
      {"a\xC0\xAF", "n"},
      {"a\xE2\x82", "n"},
      {"a\xED\xA0\x80", "n"},
      {"a\xF4\x90\x80\x80", "n"},
      {"a\x80", "n"},
  };
  for (const auto& c : cases) EXPECT_EQ(Judged(c.text), c.judged) << c.text;
}

TEST(TextRules, BlanksGoFromBothEndsAlone) {
  const struct {
    absl::string_view text;
    const char* without;
  } cases[] = {
      {"", ""},
      {" \t\n", ""},
      {"approved", "approved"},
      {" \tapproved\r\n", "approved"},
      {"on  hold ", "on  hold"},
      {"\xE3\x80\x80"
       "approved"
       "\xC2\xA0\xC2\x85",
       "approved"},
      {"\xC3\xA9 ", "\xC3\xA9"},
      {" \xE2\x80\x8B ", "\xE2\x80\x8B"},  // What nobody sees is no blank.
      {" \x80 ", "\x80"},
  };
  for (const auto& c : cases) EXPECT_EQ(WithoutBlanks(c.text), c.without) << c.text;
}

std::string Utf8(char32_t code) {
  std::string text;
  for (int shift : {18, 12, 6, 0}) text.push_back(static_cast<char>(0x80 | ((code >> shift) & 63)));
  const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  text.erase(0, 4 - length);
  text[0] = static_cast<char>(text[0] | (0xF00 >> length));
  return text;
}

TEST(TextRules, WhatNobodySeesIsNeitherInAnIdentifierNorAText) {
  for (char32_t code : {0xAD,   0x34F,  0x115F,  0x1160,  0x17B4,  0x17B5,  0x180B,  0x180F,
                        0x200B, 0x2065, 0x2800,  0x3164,  0xFE00,  0xFE0F,  0xFEFF,  0xFFA0,
                        0xFFF0, 0xFFFB, 0x1BCA0, 0x1D17A, 0xE0000, 0xE0100, 0xE01EF, 0xE0FFF}) {
    const std::string unseen = Utf8(code);
    EXPECT_EQ(Judged("order" + unseen + "1"), "n") << std::hex << uint32_t{code};
    EXPECT_EQ(Judged(unseen + unseen), "ni") << std::hex << uint32_t{code};
  }
  for (char32_t code :
       {0xAE, 0x34E, 0x350, 0x1161, 0x27FF, 0x2801, 0x3163, 0xFE10, 0xFFFC, 0x1F600}) {
    EXPECT_EQ(Judged(Utf8(code)), "") << std::hex << uint32_t{code};
  }
}

}  // namespace
}  // namespace kyc
