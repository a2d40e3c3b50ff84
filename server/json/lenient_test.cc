// The lenient reading: what is wrong with one value costs that value alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/json/testing/value_text.h"
#include "server/json/value.h"

namespace kyc::json {
namespace {

std::string Parsed(absl::string_view document, ParseOptions options = {}) {
  options.lenient = true;
  Deviations deviations;
  const absl::StatusOr<Value> value = Parse(document, options, deviations);
  if (!value.ok()) return std::string(value.status().message());
  return ToText(*value);
}

// What `{"a":VALUE,"b":[VALUE,"c"]}` becomes, and the strict reading's reason to refuse it.
struct Fault {
  absl::string_view value;
  const char* strict;
};
constexpr char kJson[] = "is not valid JSON";
constexpr char kEscape[] = "has a string with a wrong escape";
constexpr char kUtf8[] = "is not valid UTF-8";
const Fault kFaults[] = {
    {"\"x\\ud83d\"", kEscape},
    {"\"\\x41\"", kEscape},
    {"\"\\u12g4\"", kEscape},
    {"\"line\nbreak\"", kJson},
    {"\"tab\there\"", kJson},
    {absl::string_view("\"zero\0byte\"", 11), kJson},
    {"\"\xff\"", kUtf8},
    {"\"Jl. Caf\xe9 \\\"9\\\" \"", kUtf8},
    {"\"\xed\xa0\x80\"", kUtf8},
    {"\"\xe2\x82\"", kUtf8},
    {"\"\\\\\xff\"", kUtf8},
    {"NaN", kJson},
    {"-Infinity", kJson},
    {"01", kJson},
    {"1.", kJson},
    {"+1", kJson},
    {"True", kJson},
    {"success", kJson},
    {"@", kJson},
};

TEST(Lenient, OneValuesFaultIsItsOwn) {
  for (const Fault& fault : kFaults) {
    const std::string document = absl::StrCat(R"({"a":)", fault.value, R"(,"b":[)", fault.value,
                                              R"(,"c"],"d":{"e":)", fault.value, R"( },"f":"é"})");
    EXPECT_EQ(Parsed(document), R"({"a":?,"b":[?,"c"],"d":{"e":?},"f":"\xc3\xa9"})") << fault.value;
    Deviations deviations;
    EXPECT_EQ(Parse(document, {}, deviations).status().message(), fault.strict) << fault.value;
    EXPECT_NE(Parsed(fault.value), "?") << "the document itself";
  }
}

TEST(Lenient, KeyTwiceIsNeitherOfThem) {
  EXPECT_EQ(Parsed(R"({"a":1,"b":2,"a":1})"), R"({"a":?,"b":2,"a":?})");
  EXPECT_EQ(Parsed(R"({"x":{"a":{},"\u0061":[]},"y":1})"), R"({"x":{"a":?,"a":?},"y":1})");
  std::string many = "{";
  for (int i = 0; i < 20; ++i) absl::StrAppend(&many, "\"k", i, "\":0,");
  EXPECT_THAT(Parsed(many + R"("k7":1,"z":2})"), testing::HasSubstr(R"("k7":?,"z":2)"));
}

TEST(Lenient, MemberWhoseKeyIsUnreadableIsLeftOut) {
  EXPECT_EQ(Parsed("{\"\\ud83d\":{\"x\":[1]},\"b\":2}"), R"({"b":2})");
  EXPECT_EQ(Parsed("{\"k\xff\":{\"x\":[1]},\"b\":2}"), R"({"b":2})");
  EXPECT_EQ(Parsed("{\"k\n\":1,\"k\n\":2,\"b\":2}"), R"({"b":2})");
}

TEST(Lenient, TooDeepAndTooManyAreTheContainersOwn) {
  ParseOptions flat;
  flat.max_depth = 2;
  EXPECT_EQ(Parsed(R"({"a":{"b":{"c":[1]}},"d":[[1],2]})", flat), R"({"a":{"b":?},"d":[?,2]})");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(Parsed(absl::StrCat(R"({"a":)", deep, R"(,"b":1})")),
              testing::EndsWith(R"(]]]]]]]],"b":1})"));
  ParseOptions few;
  few.max_values = 5;
  EXPECT_EQ(Parsed(R"({"a":[1,2,3,4,5],"b":1,"c":2})", few), R"({"a":?,"b":1,"c":2})");
  EXPECT_EQ(Parsed(R"({"a":{"w":[],"x":1,"y":2,"z":{"q":1}},"b":[[1,2,3,4]],"c":3})", few),
            R"({"a":?,"b":[?],"c":3})");
  EXPECT_EQ(Parsed("[1,2,3,4,5]", few), "has too many values");
}

TEST(Lenient, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(Parsed("\xef\xbb\xbf{\"a\":1}"), R"({"a":1})");
  EXPECT_EQ(Parsed("\xef\xbb\xbf{\"a\":\"\xff\"}"), R"({"a":?})");
}

// What is wrong with the frame is the document's fault, whatever its values are.
TEST(Lenient, FrameStaysStrict) {
  for (const char* document : {"",
                               "{",
                               "}",
                               "<html></html>",
                               "{\"a\":}",
                               "{\"a\":,\"b\":1}",
                               "{\"a\":1,}",
                               "{\"a\" 1}",
                               "{a:1}",
                               "{\"a\":1 \"b\":2}",
                               "{\"a\":[1,2}",
                               "[1 2]",
                               "[,1]",
                               "{\"a\":\"b",
                               "{} {}",
                               "{},{}",
                               "1],[2",
                               "{\"a\":two words}",
                               "{\"a\":\xff}",
                               "{\"a\":1}\xff",
                               "NaN",
                               "\"\xff\"",
                               "{\"a\":\"\xff}",
                               "{\"a\":suc\"cess}"}) {
    EXPECT_THAT(Parsed(document), testing::AnyOf("is not valid JSON", "is not valid UTF-8",
                                                 "is empty", "has trailing content"))
        << document;
  }
}

TEST(Lenient, WhatIsStrictlyRightIsReadAlike) {
  for (const char* document :
       {R"({"a":[1,true,null,"x",{"":-0.5e3}],"b":"\ud83d\ude00\u0000 \"\\"})", "[]", "7",
        "\"\x7f\xef\xb7\x90\"", R"({"a":[[],{}],"A":{}})"}) {
    Deviations deviations;
    EXPECT_EQ(Parsed(document), ToText(*Parse(document, {}, deviations))) << document;
  }
}

}  // namespace
}  // namespace kyc::json
