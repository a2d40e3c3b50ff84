#include "server/events/call_keys.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace kyc::events {

void PrintTo(KeyFound found, std::ostream* out) { *out << static_cast<int>(found); }

namespace {

constexpr char kContent[] = "content";
constexpr char kMine[] = "my run";
constexpr char kOther[] = "another run";

KeyFound Judge(const absl::optional<KeyRow>& row, bool owner_may_live = true) {
  return JudgeKey(row, kContent, kMine, owner_may_live);
}

TEST(CallKeysTest, ANewKeyIsClaimed) { EXPECT_EQ(Judge(absl::nullopt), KeyFound::kClaimed); }

TEST(CallKeysTest, WhatIsClaimedRunsForAsLongAsItsProcessMayLive) {
  const KeyRow row{KeyState::kClaimed, kContent, kOther};
  EXPECT_EQ(Judge(row, true), KeyFound::kRunning);
  EXPECT_EQ(Judge(row, false), KeyFound::kLost);
}

TEST(CallKeysTest, WhatThisProcessClaimedAndDoesNotRunWasNeverSent) {
  EXPECT_EQ(Judge(KeyRow{KeyState::kClaimed, kContent, kMine}), KeyFound::kClaimed);
  EXPECT_EQ(Judge(KeyRow{KeyState::kClaimed, kContent, kMine}, false), KeyFound::kClaimed);
}

TEST(CallKeysTest, AnAnswerIsEverybodysAndWhatIsLostStaysSo) {
  for (const char* run : {kMine, kOther}) {
    for (const bool lives : {true, false}) {
      EXPECT_EQ(Judge(KeyRow{KeyState::kAnswered, kContent, run}, lives), KeyFound::kAnswered);
      EXPECT_EQ(Judge(KeyRow{KeyState::kLost, kContent, run}, lives), KeyFound::kLost);
      EXPECT_EQ(Judge(KeyRow{static_cast<KeyState>(9), kContent, run}, lives), KeyFound::kLost);
    }
  }
}

TEST(CallKeysTest, OtherContentIsToldWhateverTheStateIs) {
  for (const KeyState state : {KeyState::kClaimed, KeyState::kAnswered, KeyState::kLost}) {
    EXPECT_EQ(Judge(KeyRow{state, "other", kMine}), KeyFound::kReused);
  }
}

TEST(CallKeysTest, AnErasedKeyHasAnyContent) {
  EXPECT_EQ(Judge(KeyRow{KeyState::kLost, "", kOther}), KeyFound::kLost);
}

}  // namespace
}  // namespace kyc::events
