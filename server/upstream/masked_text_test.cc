#include "server/upstream/masked_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc::upstream {
namespace {

struct Case {
  const char* name;
  std::string text;
  std::vector<std::string> values;
  std::string masked;
};

class MaskedTextTable : public testing::TestWithParam<Case> {};

TEST_P(MaskedTextTable, ShowsNoValue) {
  EXPECT_EQ(MaskedText(GetParam().text, GetParam().values), GetParam().masked);
}

INSTANTIATE_TEST_SUITE_P(
    All, MaskedTextTable,
    testing::ValuesIn(std::vector<Case>{
        {"PlainWordsStay", "Quota Exceeded", {"Budi"}, "Quota Exceeded"},
        {"ValueInAnyCase", "no BUDI santoso here", {"Budi Santoso"}, "no *** here"},
        {"WordOfValue", "Mr Santoso is unknown", {"Budi Santoso"}, "Mr *** is unknown"},
        {"ShortValueAsAWord", "Jl or jL.", {"Jl"}, "*** or ***."},
        {"ShortValueInAWordStays", "Jlan Ajl", {"Jl"}, "Jlan Ajl"},
        {"OneLetter", "type X, not XY or 1x", {"x"}, "type ***, not XY or 1x"},
        {"ShortWordsOfValue", "RT 3 no 12a", {"RT 03/3 no. 12"}, "*** *** *** 12a"},
        {"ShortValueThatIsNoWordStays", "a - b", {"-"}, "a - b"},
        {"HyphenInValue", "Siti Aminah?", {"Siti-Aminah"}, "*** ***?"},
        {"HyphenInText", "Siti-Aminah?", {"Siti Aminah"}, "***-***?"},
        {"EverySeparatorInValue",
         "Budi Siti Joko Sari",
         {"Budi_Siti/Joko\\Sari"},
         "*** *** *** ***"},
        {"DashBeyondAsciiInValue", "Siti Aminah", {"Siti\u2013Aminah"}, "*** ***"},
        {"ShorterValueWhereNoLongerOneFits", "abcx abd", {"abcd", "abc", "ab0"}, "***x abd"},
        {"LongestValueWins", "abcdef", {"abc", "abcdef"}, "***"},
        {"OverlappingValues", "abcdefg.", {"abcde", "cdefg"}, "***."},
        {"LineBreakInText", "Budi\nSantoso\r\n", {"Budi Santoso"}, "***  "},
        {"ControlCharactersInText", std::string("Bu\0d\x01i\x7f ok", 10), {"Budi"}, "*** ok"},
        {"ThreeDigitsStay", "code 123", {}, "code 123"},
        {"FourDigits", "code 1234x", {}, "code ***x"},
        {"PhoneInGroups", "phone +62 812-952 now", {}, "phone +*** now"},
        {"DateWithSlashes", "born 25/03/1977.", {}, "born ***."},
        {"TwoSeparatorsEndARun", "12, 34 and 12--34", {}, "12, 34 and 12--34"},
        {"Base64",
         "got data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAA",
         {},
         "got data:image/jpeg;base64,***"},
        {"NineteenLettersStay", "abcdefghijklmnopqrs", {}, "abcdefghijklmnopqrs"},
        {"NonAsciiValue", "Ibu Sitié tidak", {"Sitié"}, "Ibu *** tidak"},
        {"NonAsciiLetterInTheOtherCase",
         "Ibu SITI\u00c9 tidak",
         {"Siti\u00e9"},
         "Ibu ***\u00c9 tidak"},
        {"Empty", "", {"Budi"}, ""},
    }),
    [](const auto& info) { return info.param.name; });

TEST(MaskedText, LongTextIsCutTo256Characters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "é,";
  const std::string masked = MaskedText(text, {});
  EXPECT_EQ(masked.size(), 128 * 3u);
  EXPECT_EQ(masked, text.substr(0, 128 * 3));
}

TEST(MaskedText, ValueAtTheCutLeavesNoBeginning) {
  const std::string text = std::string(125 * 2, '.') + "Budi Santoso";
  EXPECT_EQ(MaskedText(text, {"Budi Santoso"}), std::string(250, '.') + "***");
  EXPECT_EQ(MaskedText(std::string(254, '.') + "Budi", {"Budi"}), std::string(254, '.') + "**");
}

TEST(MaskedText, MegabyteOfMasksEndsAfterTheScan) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "Budi";
  EXPECT_EQ(MaskedText(text + "tail", {"Budi"}), "***");
}

TEST(MaskedText, ManyValuesThatBeginAlikeAreAllMasked) {
  std::vector<std::string> values;
  for (int length = 3; length < 200; ++length) values.push_back(std::string(length, 'a') + "!");
  EXPECT_EQ(MaskedText(std::string(20'000, 'a') + " b", values), "***");
  EXPECT_EQ(MaskedText("aab aaa! aaaab", values), "aab *** ***b");
}

}  // namespace
}  // namespace kyc::upstream
