#include "tools/readme_check/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::readme {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> Diff(const char* documented, const char* actual,
                              const std::set<std::string>& names = {}) {
  return Differences(ReadReply(documented), ReadReply(actual), names);
}

constexpr char kError[] =
    "ERROR:\n  Code: NotFound\n  Message: none\n  Details:\n"
    "  1)\t{\n    \t  \"@type\": \"x\",\n    \t  \"n\": {}\n    \t}\n  2)\t{\"b\": 1}\n";

TEST(Reply, ErrorIsLinesAndValues) {
  const auto pieces = ReadReply(kError);
  ASSERT_THAT(pieces, SizeIs(6));
  EXPECT_EQ(pieces[1].text, "Code: NotFound");
  EXPECT_TRUE(pieces[4].json.has_value());
  EXPECT_TRUE(pieces[5].json.has_value());
}

TEST(Reply, SpacesAndFieldOrderDoNotMatter) {
  EXPECT_THAT(Diff("{\"a\": 1,\n \"b\": [true, null]}", "{\"b\":[true,null],\"a\":1.0}"),
              IsEmpty());
  EXPECT_THAT(Diff(kError,
                   "ERROR:\nCode: NotFound\nMessage: none\nDetails:\n1) {\"n\":{}, \"@type\":\"x\"}"
                   "\n2) {\"b\":1}"),
              IsEmpty());
}

TEST(Reply, EveryDifferenceIsNamed) {
  EXPECT_THAT(
      Diff(R"({"a": {"b": "x"}, "c": [1, 2], "d": 1})", R"({"a":{"b":"y"},"c":[2],"e":"1"})"),
      testing::UnorderedElementsAre("$.a.b: documented \"x\", got \"y\"",
                                    "$.c: documented 2 elements, got 1",
                                    "$.c[0]: documented 1, got 2", "$.d: documented, but not there",
                                    "$.e: not documented, got \"1\""));
  EXPECT_THAT(Diff("{\"a\": 1}", "{\"a\": \"1\"}"), ElementsAre("$.a: documented 1, got \"1\""));
  EXPECT_THAT(Diff("Code: NotFound", "Code: Internal"),
              ElementsAre("documented: Code: NotFound, got: Code: Internal"));
  EXPECT_THAT(Diff("{}", "{}{}"), ElementsAre("not documented, got: {}"));
  EXPECT_THAT(Diff("{} {\"a\": 1}", "{}"), ElementsAre("documented, but not there: {\"a\":1}"));
  EXPECT_THAT(Diff("{\"cut\": ", "{}"), SizeIs(1));
}

TEST(Reply, VolatileFieldsMayDifferButMustBeThere) {
  EXPECT_THAT(Diff(R"({"a": [{"id": "x"}]})", R"({"a": [{"id": "y"}]})", {"id"}), IsEmpty());
  EXPECT_THAT(Diff(R"({"id": "x"})", "{}", {"id"}), ElementsAre("$.id: documented, but not there"));
  EXPECT_THAT(Diff(R"({"id": "x"})", R"({"id": 1})", {"id"}),
              ElementsAre("$.id: documented \"x\", got 1"));
}

TEST(Reply, LastCursorIsThatOfTheLastValue) {
  EXPECT_EQ(LastCursor(ReadReply(R"({"cursor": "a"} {"x": {"cursor": "b"}} {"y": 1})")), "b");
  EXPECT_EQ(LastCursor(ReadReply("no cursor")), absl::nullopt);
}

}  // namespace
}  // namespace kyc::readme
