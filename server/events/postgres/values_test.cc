#include "server/events/postgres/values.h"

#include <gtest/gtest.h>

namespace kyc::events::postgres {
namespace {

TEST(Values, NumbersComeBackFromAnyWidth) {
  for (const int64_t number : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{1} << 40,
                               std::numeric_limits<int64_t>::min()}) {
    EXPECT_EQ(IntegerFromBinary(*Value::Integer(number).bytes()), number);
  }
  EXPECT_EQ(IntegerFromBinary(absl::string_view("\xff\xff\xff\xfe", 4)), -2);
  EXPECT_EQ(IntegerFromBinary(absl::string_view("\x01", 1)), 1) << "a boolean";
  EXPECT_EQ(IntegerFromBinary(""), 0);
}

TEST(Values, ArraysHaveTheServersForm) {
  EXPECT_EQ(*Value::Integers({5}).bytes(), std::string("\0\0\0\1"
                                                       "\0\0\0\0"
                                                       "\0\0\0\x14"
                                                       "\0\0\0\1"
                                                       "\0\0\0\1"
                                                       "\0\0\0\x08"
                                                       "\0\0\0\0\0\0\0\5",
                                                       32));
  EXPECT_EQ(*Value::ByteArrays({"a", absl::nullopt}).bytes(), std::string("\0\0\0\1"
                                                                          "\0\0\0\1"
                                                                          "\0\0\0\x11"
                                                                          "\0\0\0\2"
                                                                          "\0\0\0\1"
                                                                          "\0\0\0\1a"
                                                                          "\xff\xff\xff\xff",
                                                                          29));
  EXPECT_FALSE(Value::Null().bytes().has_value());
}

}  // namespace
}  // namespace kyc::events::postgres
