#include "server/call/request_id.h"

#include <string>

#include "gtest/gtest.h"

namespace kyc {
namespace {

bool IsGood(absl::string_view request_id) {
  std::vector<Violation> violations;
  CheckRequestId(request_id, violations);
  for (const Violation& violation : violations) EXPECT_EQ(violation.field, "request_id");
  return violations.empty();
}

TEST(RequestIdTest, NoneIsGood) { EXPECT_TRUE(IsGood("")); }

TEST(RequestIdTest, VisibleAsciiIsGood) {
  for (char c = '!'; c <= '~'; ++c) EXPECT_TRUE(IsGood(std::string(1, c))) << c;
  EXPECT_TRUE(IsGood("7f3b2c1e-5d4a-4c8e-9b1f-2a6d8e0c4b57"));
  EXPECT_TRUE(IsGood(std::string(64, 'x')));
}

TEST(RequestIdTest, WhatIsLongerOrNotVisibleIsRefused) {
  EXPECT_FALSE(IsGood(std::string(65, 'x')));
  for (const std::string& bad :
       {std::string(" "), std::string("a b"), std::string("a\n"), std::string("\x7f"),
        std::string("a\0b", 3), std::string("\xc3\xa9"), std::string("\xe2\x80\x8b")}) {
    EXPECT_FALSE(IsGood(bad)) << bad;
  }
}

}  // namespace
}  // namespace kyc
