#include "server/json/number.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::json {
namespace {

TEST(ExactInteger, IsTheDigitsHoweverTheNumberIsWritten) {
  const std::string digits128(128, '7');
  const struct {
    std::string number, digits;
  } cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.000", "0"},
      {"0e99999999999999999999", "0"},
      {"0.00E-99999999999999999999", "0"},
      {"7", "7"},
      {"-7", "-7"},
      {"3201010101010001", "3201010101010001"},
      {"3.201010101010001E15", "3201010101010001"},
      {"3.201010101010001e+15", "3201010101010001"},
      {"3201010101010.001e3", "3201010101010001"},
      {"32010101010100010000e-4", "3201010101010001"},
      {"0.3201010101010001E16", "3201010101010001"},
      {"0.0003201010101010001E19", "3201010101010001"},
      {"3.2E15", "3200000000000000"},
      {"1.680060646134E12", "1680060646134"},
      {"1680060646134.000", "1680060646134"},
      {"-1.5E1", "-15"},
      {"1200e-2", "12"},
      // One more than a double can tell from its neighbour.
      {"9.007199254740993E15", "9007199254740993"},
      {"1.2345678901234567890123E22", "12345678901234567890123"},
      {"1e127", absl::StrCat("1", std::string(127, '0'))},
      {digits128, digits128},
      {absl::StrCat(digits128, ".0"), digits128},
      {absl::StrCat("1", std::string(100'000, '0'), "e-100000"), "1"},
      {absl::StrCat("0.", std::string(100'000, '0'), "5e100001"), "5"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ExactInteger(c.number).value_or("nothing"), c.digits) << c.number;
  }
}

TEST(ExactInteger, IsNothingWhereThereIsNoneOrItIsTooLong) {
  for (const std::string& number :
       std::vector<std::string>{"",
                                "x",
                                "1x",
                                "01",
                                "+1",
                                "1.",
                                ".5",
                                "1e",
                                " 1",
                                "1 ",
                                "0x10",
                                "NaN",
                                "--1",
                                "-",
                                "\"1\"",
                                "0.5",
                                "3.2010101010100012E15",
                                "1e-1",
                                "15e-2",
                                "-1.5",
                                "1.000000000000000000000001",
                                "1e128",
                                "1E999999999",
                                "1e99999999999999999999",
                                "1e-99999999999999999999",
                                std::string(129, '7'),
                                absl::StrCat(std::string(128, '7'), "e1")}) {
    EXPECT_EQ(ExactInteger(number).value_or("nothing"), "nothing") << number;
  }
}

}  // namespace
}  // namespace kyc::json
