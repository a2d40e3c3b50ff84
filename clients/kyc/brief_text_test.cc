#include "clients/kyc/brief_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kyc::client {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(BriefText, ShortTextStaysAsItIs) {
  for (const char* text :
       {"", "a", "finpay.linkage.v1.UpgradeAccountService/CreateUpgradeAccountWidget: unknown",
        "Expected : between key:value pair.\n{\"a\" 1}\n     ^", "\xc3\xa4\xff"}) {
    EXPECT_EQ(BriefText(text), text);
  }
}

TEST(BriefText, WhatMayBeAPictureIsOnlyCounted) {
  EXPECT_EQ(BriefText("invalid value \"" + std::string(8'000'000, 'A') + "==\" for bytes"),
            "invalid value \"(8000002 characters)\" for bytes");
  EXPECT_EQ(BriefText(std::string(64, '/')), std::string(64, '/'));
  EXPECT_EQ(BriefText(std::string(65, '_')), "(65 characters)");
}

TEST(BriefText, LongTextIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "\xc3\xa4 ";
  const std::string brief = BriefText(text);
  EXPECT_THAT(brief, SizeIs(testing::Le(404)));
  EXPECT_THAT(brief, HasSubstr("\xc3\xa4 \xc3\xa4"));
  EXPECT_EQ(brief.find("\xc3..."), std::string::npos);
}

}  // namespace
}  // namespace kyc::client
