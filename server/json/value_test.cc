#include "server/json/value.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/json/testing/value_text.h"

namespace kyc::json {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Parsed(absl::string_view document, const ParseOptions& options = {}) {
  Deviations deviations;
  const absl::StatusOr<Value> value = Parse(document, options, deviations);
  if (!value.ok()) return std::string(value.status().message());
  return ToText(*value);
}

TEST(Parse, ValidDocumentsGiveTheirValues) {
  const struct {
    absl::string_view document;
    const char* value;
  } cases[] = {
      {"{}", "{}"},
      {"[]", "[]"},
      {" \t\r\n{ \"a\" : [ 1 , true , null , \"x\" ] }\n", R"({"a":[1,true,null,"x"]})"},
      {R"({"a":{"b":{"c":[[],{}]}}})", R"({"a":{"b":{"c":[[],{}]}}})"},
      {"true", "true"},
      {" false ", "false"},
      {"null", "null"},
      {"\"s\"", "\"s\""},
      {"-0", "-0"},
      {"9101010101010001", "9101010101010001"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"-1.5e+300", "-1.5e+300"},
      {"1E400", "1E400"},
      {"0.10", "0.10"},
      {R"({"":0})", R"({"":0})"},
      {R"({"a":1,"A":2})", R"({"a":1,"A":2})"},
      {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\x08\x0c\n\r\t")"},
      {R"("\u0041\u00e9\u20ac\ud83d\ude00")", R"("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")"},
      {R"("a\u0000b")", R"("a\x00\x62")"},
      {"\"\x7f\"", R"("\x7f")"},
      {R"("[]{},:")", R"("[]{},:")"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.document), c.value) << c.document;
}

TEST(Parse, MalformedDocumentsAreRefused) {
  const struct {
    absl::string_view document;
    const char* reason;
  } cases[] = {
      {"", "is empty"},
      {" \n\t", "is empty"},
      {"{", "is not valid JSON"},
      {"}", "is not valid JSON"},
      {"[", "is not valid JSON"},
      {"[[1]", "is not valid JSON"},
      {R"({"a")", "is not valid JSON"},
      {R"({"a":)", "is not valid JSON"},
      {R"({"a":1)", "is not valid JSON"},
      {R"({"a":1,)", "is not valid JSON"},
      {R"({"a":1,})", "is not valid JSON"},
      {R"({"a" 1})", "is not valid JSON"},
      {R"({"a":})", "is not valid JSON"},
      {R"({a:1})", "is not valid JSON"},
      {R"({1:1})", "is not valid JSON"},
      {R"({"a":1 "b":2})", "is not valid JSON"},
      {R"({"a":[1,2})", "is not valid JSON"},
      {R"([1 2])", "is not valid JSON"},
      {R"([1,])", "is not valid JSON"},
      {R"([,1])", "is not valid JSON"},
      {R"([1}])", "is not valid JSON"},
      {"\"abc", "is not valid JSON"},
      {"{\"a\":\"b", "is not valid JSON"},
      {"\"a\nb\"", "is not valid JSON"},
      {absl::string_view("\"a\0b\"", 5), "is not valid JSON"},
      {absl::string_view("1\0", 2), "is not valid JSON"},
      {"\f1", "is not valid JSON"},
      {"'a'", "is not valid JSON"},
      {"{} {}", "is not valid JSON"},
      {"{}x", "is not valid JSON"},
      {"{},{}", "has trailing content"},
      {"1,2", "has trailing content"},
      {"1],[2", "has trailing content"},
      {"1]", "has trailing content"},
      {"\xef\xbb\xbf{}", "is not valid JSON"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.document), c.reason) << c.document;
}

TEST(Parse, WrongScalarsAreRefused) {
  for (const char* scalar :
       {"01",  "-",     "-01",   "1.",  ".5",       "1.e1",      "1e",  "1e+",
        "+1",  "0x10",  "1_000", "NaN", "Infinity", "-Infinity", "1a",  "1\"a\"",
        "tru", "truex", "True",  "nul", "nulll",    "success",   "a b", "@"}) {
    EXPECT_EQ(Parsed(scalar), "is not valid JSON") << scalar;
    EXPECT_EQ(Parsed(std::string("{\"a\":") + scalar + "}"), "is not valid JSON") << scalar;
    EXPECT_EQ(Parsed(std::string("[0,") + scalar + " ]"), "is not valid JSON") << scalar;
  }
}

TEST(Parse, WrongTextIsRefused) {
  const struct {
    absl::string_view text;
    const char* reason;
  } cases[] = {
      {"\xff", "is not valid UTF-8"},
      {"\xc0\xaf", "is not valid UTF-8"},
      {"\xed\xa0\x80", "is not valid UTF-8"},
      {"\xf4\x90\x80\x80", "is not valid UTF-8"},
      {"\xe2\x82", "is not valid UTF-8"},
      {"\\ud83d", "has a string with a wrong escape"},
      {"\\ud83dx", "has a string with a wrong escape"},
      {"\\ud83d\\n", "has a string with a wrong escape"},
      {"\\ud83d\\u0041", "has a string with a wrong escape"},
      {"\\ud83d\\ud83d", "has a string with a wrong escape"},
      {"\\ude00", "has a string with a wrong escape"},
      {"\\u12g4", "has a string with a wrong escape"},
      {"\\x41", "has a string with a wrong escape"},
  };
  for (const auto& c : cases) {
    const std::string text = "\"" + std::string(c.text) + "\"";
    EXPECT_EQ(Parsed(text), c.reason) << c.text;
    EXPECT_EQ(Parsed("{" + text + ":1}"), c.reason) << c.text;
    EXPECT_EQ(Parsed("{\"unread\":[{\"a\":" + text + "}]}"), c.reason) << c.text;
  }
}

TEST(Parse, KeyTwiceInOneObjectIsRefused) {
  EXPECT_EQ(Parsed(R"({"a":1,"a":1})"), "has a key twice");
  EXPECT_EQ(Parsed(R"({"a":1,"b":2,"\u0061":3})"), "has a key twice");
  EXPECT_EQ(Parsed(R"([{"x":{"":1,"":2}}])"), "has a key twice");
  EXPECT_EQ(Parsed(R"({"a":{"a":1},"b":{"a":1}})"), R"({"a":{"a":1},"b":{"a":1}})");
}

TEST(Parse, DepthIsLimited) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(Parsed(nested(32)), nested(32));
  EXPECT_EQ(Parsed(nested(33)), "is nested too deep");
  EXPECT_EQ(Parsed(std::string(100000, '[')), "is nested too deep");
  ParseOptions flat;
  flat.max_depth = 1;
  EXPECT_EQ(Parsed(R"({"a":1})", flat), R"({"a":1})");
  EXPECT_EQ(Parsed(R"({"a":{}})", flat), "is nested too deep");
}

TEST(Parse, NumberOfValuesIsLimited) {
  ParseOptions few;
  few.max_values = 3;
  EXPECT_EQ(Parsed("[1,2]", few), "[1,2]");
  EXPECT_EQ(Parsed("[1,2,3]", few), "has too many values");
}

TEST(Parse, BareWordWhereAllowedIsADeviation) {
  ParseOptions options;
  options.bare_word_paths = {"content.result.status"};
  Deviations deviations;
  const auto value =
      Parse(R"({"content":{"result":{"status": success , "data":{}}}})", options, deviations);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(ToText(*value), R"({"content":{"result":{"status":<success>,"data":{}}}})");
  EXPECT_THAT(deviations, ElementsAre("bare_word"));
}

TEST(Parse, BareWordElsewhereIsRefused) {
  ParseOptions options;
  options.bare_word_paths = {"content.status"};
  for (const char* document :
       {"success", R"({"status":success})", R"({"content":success})",
        R"({"content":{"status":{"status":success}}})", R"({"content":[{"status":success}]})",
        R"({"content":{"x":1},"status":success})", R"({"content":{"status":"a","data":success}})",
        R"({"content":{"status":two words}})", R"({"content":{"status":suc"cess}})",
        R"({"content":{"status":$success}})", R"({"content":{"status":}})",
        R"({"content":{success:1}})"}) {
    EXPECT_EQ(Parsed(document, options), "is not valid JSON") << document;
  }
}

TEST(Parse, StrictDocumentHasNoDeviations) {
  ParseOptions options;
  options.bare_word_paths = {"a"};
  Deviations deviations;
  EXPECT_TRUE(Parse(R"({"a":"success","b":true})", options, deviations).ok());
  EXPECT_THAT(deviations, IsEmpty());
}

TEST(Find, GivesTheMemberOrNull) {
  Deviations deviations;
  const auto value = Parse(R"({"a":1,"b":{"c":2}})", {}, deviations);
  ASSERT_TRUE(value.ok());
  ASSERT_NE(value->Find("b"), nullptr);
  EXPECT_EQ(value->Find("b")->Find("c")->text, "2");
  EXPECT_EQ(value->Find("c"), nullptr);
  EXPECT_EQ(value->Find("a")->Find("a"), nullptr);
}

// What each tolerant read makes of a document that is one value, then the deviation if any.
template <typename T, typename Format>
std::string Describe(absl::string_view document,
                     absl::optional<T> (*read)(const Value&, Deviations&), Format format) {
  ParseOptions options;
  options.bare_word_paths = {""};
  Deviations deviations;
  const auto value = Parse(document, options, deviations);
  if (!value.ok()) return "malformed";
  deviations.clear();
  const absl::optional<T> result = read(*value, deviations);
  std::string text = result ? format(*result) : "nothing";
  for (const std::string& deviation : deviations) text += " " + deviation;
  return text;
}

TEST(ReadString, TakesStringsNumbersAndBareWords) {
  const auto read = [](absl::string_view document) {
    return Describe<std::string>(document, ReadString, [](const std::string& s) { return s; });
  };
  EXPECT_EQ(read("\"x\""), "x");
  EXPECT_EQ(read("\"\""), "");
  EXPECT_EQ(read("9101010101010001"), "9101010101010001 number_for_string");
  EXPECT_EQ(read("3.201010101010001E15"), "3201010101010001 number_for_string");
  EXPECT_EQ(read("1.50"), "1.50 number_for_string");
  EXPECT_EQ(read("1e999999999"), "1e999999999 number_for_string");
  EXPECT_EQ(read("success"), "success");
  for (const char* other : {"null", "true", "[]", "{}"}) EXPECT_EQ(read(other), "nothing") << other;
}

TEST(ReadDigits, TakesNoNumberBelowZeroAndNoFraction) {
  const auto read = [](absl::string_view document) {
    return Describe<std::string>(document, ReadDigits, [](const std::string& s) { return s; });
  };
  for (const char* number :
       {"3201010101010001", "3.201010101010001E15", "\"3201010101010001.0\""}) {
    EXPECT_EQ(read(number), "3201010101010001 number_for_string") << number;
  }
  EXPECT_EQ(read("\"3201010101010001\""), "3201010101010001");
  EXPECT_EQ(read("\"0201010101010001\""), "0201010101010001");
  EXPECT_EQ(read("\"32O1 0101\""), "32O1 0101") << "what a picture's reader saw";
  for (const char* other : {"-3201010101010001", "\"-3201010101010001\"", "\"-3.2E15\"", "0.5",
                            "\"0.5\"", "true", "{}"}) {
    EXPECT_EQ(read(other), "nothing") << other;
  }
}

TEST(ReadIdentifier, TakesTextsAndIntegers) {
  const auto read = [](absl::string_view document) {
    return Describe<std::string>(document, ReadIdentifier, [](const std::string& s) { return s; });
  };
  EXPECT_EQ(read("\"202303291030019483\""), "202303291030019483");
  EXPECT_EQ(read("\"3.2E15\""), "3.2E15");
  EXPECT_EQ(read("\"\""), "");
  EXPECT_EQ(read("9101010101010001"), "9101010101010001 number_for_string");
  EXPECT_EQ(read("3.201010101010001E15"), "3201010101010001 number_for_string");
  EXPECT_EQ(read("2000000.0"), "2000000 number_for_string");
  for (const char* other :
       {"3.2010101010100012E15", "0.5", "1e999999999", "\"order\\r\\nX: 1\"", "\"   \"",
        "\"a\\u0000\"", "\"a\\u202e\"", "success", "null", "true", "[]", "{}"}) {
    EXPECT_EQ(read(other), "nothing") << other;
  }
}

TEST(ReadBool, TakesBoolsAndTheirTexts) {
  const auto read = [](absl::string_view document) {
    return Describe<bool>(document, ReadBool, [](bool b) { return std::string(b ? "yes" : "no"); });
  };
  EXPECT_EQ(read("true"), "yes");
  EXPECT_EQ(read("false"), "no");
  EXPECT_EQ(read("\"True\""), "yes string_for_bool");
  EXPECT_EQ(read("\"true\""), "yes string_for_bool");
  EXPECT_EQ(read("\"False\""), "no string_for_bool");
  EXPECT_EQ(read("\"false\""), "no string_for_bool");
  for (const char* other : {"\"TRUE\"", "\"\"", "\"yes\"", "1", "0", "null", "[]", "True"}) {
    EXPECT_EQ(read(other), "nothing") << other;
  }
}

TEST(ReadDouble, TakesFiniteNumbersAndTheirTexts) {
  const auto read = [](absl::string_view document) {
    return Describe<double>(document, ReadDouble, [](double d) { return std::to_string(d); });
  };
  EXPECT_EQ(read("10"), "10.000000");
  EXPECT_EQ(read("-0.5e1"), "-5.000000");
  EXPECT_EQ(read("\"98.5\""), "98.500000 string_for_number");
  for (const char* other : {"1e400", "\"1e400\"", "\"nan\"", "\"inf\"", "\" 1\"", "\"+1\"",
                            "\"0x10\"", "\"\"", "\"1,5\"", "true", "null", "success"}) {
    EXPECT_EQ(read(other), "nothing") << other;
  }
}

TEST(ReadInt64, TakesIntegersInRangeAndTheirTexts) {
  const auto read = [](absl::string_view document) {
    return Describe<int64_t>(document, ReadInt64, [](int64_t i) { return std::to_string(i); });
  };
  EXPECT_EQ(read("1680060646134"), "1680060646134");
  EXPECT_EQ(read("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(read("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(read("\"1680060646134\""), "1680060646134 string_for_number");
  EXPECT_EQ(read("1.680060646134E12"), "1680060646134");
  EXPECT_EQ(read("9.223372036854775807e18"), "9223372036854775807");
  EXPECT_EQ(read("\"1.0\""), "1 string_for_number");
  for (const char* other :
       {"9223372036854775808", "1.5", "1e-1", "9.223372036854775808e18", "1e999999999", "\" 1\"",
        "\"+1\"", "\"007\"", "\"\"", "true", "null", "[1]"}) {
    EXPECT_EQ(read(other), "nothing") << other;
  }
}

}  // namespace
}  // namespace kyc::json
