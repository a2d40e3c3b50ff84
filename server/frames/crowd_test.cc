#include "server/frames/crowd.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace kyc::frames {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST(Crowd, ASourceMaySendSoMuchInAnySecondOfEachKind) {
  for (const auto kind : {&Cost::control, &Cost::pings, &Cost::work}) {
    Crowd crowd;
    Cost most, one;
    most.*kind = kOfASource.*kind;
    one.*kind = 1;
    const int64_t now = 7 * kSecond + kSecond / 2;
    EXPECT_EQ(crowd.Pay("a", most, now), Excess::kNone);
    EXPECT_EQ(crowd.Pay("a", one, now), Excess::kSource);
    EXPECT_EQ(crowd.Pay("b", one, now), Excess::kNone) << "another's share is its own";
    EXPECT_EQ(crowd.Pay("a", one, now + kSecond / 2), Excess::kSource) << "it is the same second";
    EXPECT_EQ(crowd.Pay("a", one, now + kSecond), Excess::kNone) << "half of it is over";
    EXPECT_EQ(crowd.Pay("a", most, now + 3 * kSecond), Excess::kNone);
  }
}

// Whoever tries without an end keeps himself out no longer than a second.
TEST(Crowd, WhatIsRefusedIsNotNoted) {
  Crowd crowd;
  const Cost some = {.control = kOfASource.control - 100};
  ASSERT_EQ(crowd.Pay("a", some, 0), Excess::kNone);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(crowd.Pay("a", some, 0), Excess::kSource);
  EXPECT_EQ(crowd.Pay("a", {.control = 100}, 0), Excess::kNone);
}

TEST(Crowd, OfManyThatAreTooMuchTogetherThoseAboveAnEqualPartEnd) {
  Crowd crowd;
  constexpr int kMany = 100;
  const Cost part = {.control = kOfAll.control / kMany};
  ASSERT_EQ(crowd.Pay("quiet", {.control = 1}, 0), Excess::kNone);
  // The first ones find room, as there is some.
  for (int i = 0; i < kMany / 2 - 1; ++i) {
    const std::string source = absl::StrCat(i);
    ASSERT_EQ(crowd.Pay(source, part, 0), Excess::kNone);
    ASSERT_EQ(crowd.Pay(source, part, 0), Excess::kNone);
  }
  EXPECT_EQ(crowd.Pay("0", {.control = kOfAll.control / 10}, 0), Excess::kCrowd);
  EXPECT_EQ(crowd.Pay("quiet", {.control = 1}, 0), Excess::kNone);
  EXPECT_EQ(crowd.Pay("newcomer", {.control = kOfAll.control / 10}, 0), Excess::kCrowd);
  EXPECT_EQ(crowd.Pay("newcomer", {.control = 100, .work = 10'000}, 0), Excess::kNone);
  EXPECT_EQ(crowd.Pay("another", {.control = 299}, 0), Excess::kNone) << "up to an equal part";
}

// However many sources there are, they cannot bring more than twice what all may.
TEST(Crowd, TheWholeIsBounded) {
  Crowd crowd;
  int64_t taken = 0;
  const Cost some = {.control = 10};
  for (int round = 0; round < 300; ++round) {
    for (int source = 0; source < 500; ++source) {
      if (crowd.Pay(absl::StrCat(source), some, 0) == Excess::kNone) taken += some.control;
    }
  }
  EXPECT_GE(taken, kOfAll.control);
  EXPECT_LE(taken, 2 * kOfAll.control);
}

TEST(Crowd, KnowsOnlyWhoCameInTheLastTwoSeconds) {
  Crowd crowd;
  for (int i = 0; i < 10'000; ++i) {
    crowd.Pay(absl::StrCat(i), {.control = 1}, i * (kSecond / 100));
    ASSERT_LE(crowd.size(), 200U);
  }
}

TEST(Crowd, ATimeThatComesLateIsTakenAsNow) {
  Crowd crowd;
  ASSERT_EQ(crowd.Pay("a", {.control = kOfASource.control}, 2 * kSecond), Excess::kNone);
  EXPECT_EQ(crowd.Pay("a", {.control = 1}, 2 * kSecond - 1), Excess::kSource);
}

}  // namespace
}  // namespace kyc::frames
