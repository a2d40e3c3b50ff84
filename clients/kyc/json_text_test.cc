#include "clients/kyc/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::client {
namespace {

using testing::ElementsAre;

TEST(JsonText, QuotesAsGoDoes) {
  EXPECT_EQ(QuoteJson("a\"\\\n\t\x01"), R"("a\"\\\n\t\u0001")");
  EXPECT_EQ(QuoteJson("<&>"), R"("\u003c\u0026\u003e")");
  EXPECT_EQ(QuoteJson("\xC3\xA9 \xF0\x9F\x98\x80"), "\"\xC3\xA9 \xF0\x9F\x98\x80\"");
  EXPECT_EQ(QuoteJson("\xE2\x80\xA8"), R"("\u2028")");
  EXPECT_EQ(QuoteJson("a\xFFz\xC3"), R"("a\ufffdz\ufffd")");
  EXPECT_EQ(QuoteJson("\xED\xA0\x80"), R"("\ufffd\ufffd\ufffd")");
}

TEST(ObjectJson, QuotesNamesAndTexts) {
  EXPECT_EQ(ObjectJson({}), "{}");
  EXPECT_EQ(ObjectJson({{"a", "1"}, {"b\"", "no \"answer\""}}),
            R"({"a":"1","b\"":"no \"answer\""})");
}

TEST(JsonText, TimesAreThoseOfProtobuf) {
  EXPECT_EQ(TimestampJson(0, 0), R"("1970-01-01T00:00:00Z")");
  EXPECT_EQ(TimestampJson(1'795'848'560, 526'061'000), R"("2026-11-28T06:49:20.526061Z")");
  EXPECT_EQ(TimestampJson(-1, 500'000'000), R"("1969-12-31T23:59:59.500Z")");
  EXPECT_EQ(DurationJson(1, 500'000'000), R"("1.500s")");
  EXPECT_EQ(DurationJson(0, -1), R"("-0.000000001s")");
  EXPECT_EQ(DurationJson(-3, 0), R"("-3s")");
}

TEST(JsonText, NumbersAreTheShortest) {
  EXPECT_EQ(NumberJson(10.0), "10");
  EXPECT_EQ(NumberJson(85.5), "85.5");
  EXPECT_EQ(NumberJson(0.1f), "0.1");
  EXPECT_EQ(NumberJson(-0.000001), "-0.000001");
  EXPECT_EQ(NumberJson(1e-9), "1e-9");
  EXPECT_EQ(NumberJson(1e21), "1e+21");
  EXPECT_EQ(NumberJson(123456789012345680000.0), "123456789012345680000");
}

TEST(JsonText, ValuesInARowAreSplit) {
  const auto values = SplitJson(" {\"a\":\"}\\\"\"}\n{}[1,{}] \"x\" 12 ");
  ASSERT_TRUE(values.ok());
  EXPECT_THAT(*values, ElementsAre("{\"a\":\"}\\\"\"}", "{}", "[1,{}]", "\"x\"", "12"));
  EXPECT_THAT(*SplitJson(""), ElementsAre());
}

TEST(JsonText, ValueWithoutEndIsRefused) {
  EXPECT_FALSE(SplitJson("{\"a\":1").ok());
  EXPECT_FALSE(SplitJson("{} \"x").ok());
}

}  // namespace
}  // namespace kyc::client
