#include "server/call/text_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace kyc {
namespace {

// n: no identifier, b: blank.
std::string Judged(absl::string_view text) {
  std::string judged;
  if (!IsIdentifier(text)) judged += "n";
  if (IsBlank(text)) judged += "b";
  return judged;
}

TEST(TextRules, EachKindOfCharacter) {
  const struct {
    absl::string_view text;
    const char* judged;
  } cases[] = {
      {"", "nb"},
      {"order-0001", ""},
      {"3d717e9f-6378-4d38-97e4-a617996bc22c", ""},
      {"order 1", ""},
      {" order ", ""},
      {"Jl. Selamet 41", ""},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", ""},  // é€😀
      {"\xE0\xA4\x85", ""},
      {"            ", "nb"},
      {"\xC2\xA0\xE3\x80\x80\xE2\x80\x83", "nb"},  // No-break, ideographic, em space.
      {"\t", "nb"},
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
      {"\xE2\x80\x8B", "n"},
      {"a\xF3\xA0\x81\x81", "n"},  // Tag.
      {"a\xFF", "n"},
      {"a\xC0\xAF", "n"},
      {"a\xE2\x82", "n"},
      {"a\xED\xA0\x80", "n"},
      {"a\xF4\x90\x80\x80", "n"},
      {"a\x80", "n"},
  };
  for (const auto& c : cases) EXPECT_EQ(Judged(c.text), c.judged) << c.text;
}

}  // namespace
}  // namespace kyc
