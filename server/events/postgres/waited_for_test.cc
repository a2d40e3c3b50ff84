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
  };
  for (const auto& c : cases) {
    const WaitedFor waited = WaitedForIn(c.text);
    EXPECT_EQ(waited.count, c.count) << c.text;
    EXPECT_EQ(waited.any, c.any) << c.text;
    EXPECT_EQ(waited.names, c.names) << c.text;
  }
}

TEST(NamesAnyOf, ComparesAsTheServerDoes) {
  EXPECT_TRUE(NamesAnyOf(WaitedForIn("Server_1"), {"server_0", "server_1"}));
  EXPECT_TRUE(NamesAnyOf(WaitedForIn("*"), {"server_0"}));
  EXPECT_FALSE(NamesAnyOf(WaitedForIn("server_2"), {"server_0", "server_1"}));
  EXPECT_FALSE(NamesAnyOf(WaitedForIn(""), {"server_0"}));
}

}  // namespace
}  // namespace kyc::events::postgres
