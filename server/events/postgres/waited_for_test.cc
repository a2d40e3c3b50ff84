#include "server/events/postgres/waited_for.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::events::postgres {
namespace {

TEST(WaitedForIn, EachFormThatTheSettingHas) {
  const struct {
    const char* text;
    int count;
    bool any;
    std::vector<std::string> names;
  } cases[] = {
      {"", 0, false, {}},
      {" ", 0, false, {}},
      {"*", 1, false, {"*"}},
      {"server_1", 1, false, {"server_1"}},
      {"\"server-1\"", 1, false, {"server-1"}},
      {"\"a \"\"b\"\" (c)\"", 1, false, {"a \"b\" (c)"}},
      {"a, b", 1, false, {"a", "b"}},
      {"2 (a,b)", 2, false, {"a", "b"}},
      {"FIRST 2 (a, b , c)", 2, false, {"a", "b", "c"}},
      {"any 1(a,\"b-c\")", 1, true, {"a", "b-c"}},
      {"ANY 2 (*)", 2, true, {"*"}},
      {"FIRST 1 (x,a)", 1, false, {"x", "a"}},
      {"first\t1\n( \"x\" ,\"A, (b)\" )", 1, false, {"x", "A, (b)"}},
      {"\"ANY\", \"2\"", 1, false, {"ANY", "2"}},
      {"\"open", 1, false, {"open"}},
  };
  for (const auto& c : cases) {
    const WaitedFor waited = WaitedForIn(c.text);
    EXPECT_EQ(waited.count, c.count) << c.text;
    EXPECT_EQ(waited.any, c.any) << c.text;
    EXPECT_EQ(waited.names, c.names) << c.text;
  }
}

TEST(CountOf, ComparesAsTheServerDoes) {
  const struct {
    const char* text;
    int count;
  } cases[] = {
      {"Server_1", 1},
      {"server_2", 0},
      {"", 0},
      {"*", 0},
      {"ANY 1 (SERVER_0, \"server_1\", x)", 2},
      {"FIRST 1 (x, server_0)", 0},  // While x is attached.
      {"FIRST 1 (server_0, x)", 1},
      {"2 (x,server_0,server_1)", 1},
      {"9 (server_0)", 1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CountOf(WaitedForIn(c.text), {"server_0", "server_1"}), c.count) << c.text;
  }
}

TEST(WaitsForAnybody, WhereAStarIsAmongTheNames) {
  EXPECT_TRUE(WaitsForAnybody(WaitedForIn("*")));
  EXPECT_TRUE(WaitsForAnybody(WaitedForIn("ANY 1 (a, *)")));
  EXPECT_FALSE(WaitsForAnybody(WaitedForIn("ANY 1 (a)")));
}

}  // namespace
}  // namespace kyc::events::postgres
