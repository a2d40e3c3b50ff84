#include "server/events/quarantine_rules.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

const QuarantineOwner kMain = {QuarantinedKind::kNotification, "main"};
const QuarantineOwner kOther = {QuarantinedKind::kNotification, "other"};
const QuarantineOwner kOcr = {QuarantinedKind::kReply, "main", "widekyc id-recognize"};
const QuarantineOwner kWidget = {QuarantinedKind::kReply, "main", "finpay upgrade-account-widget"};

// Two accounts: 10 entries and 1,000 bytes each; replies: 2 entries and 500 bytes.
const QuarantineLimits kLimits = {
    .max_entries = 20, .max_bytes = 2000, .accounts = {"main", "other"}};

TEST(QuarantineRules, OneAccountHasAll) {
  const QuarantineRoom share = ShareOfAccount({.max_entries = 20, .max_bytes = 2000});
  EXPECT_EQ(share.entries, 20);
  EXPECT_EQ(share.bytes, 2000);
}

TEST(QuarantineRules, NobodysShareIsNothing) {
  const QuarantineLimits limits = {.max_entries = 1, .max_bytes = 1, .accounts = {"main", "other"}};
  EXPECT_EQ(ShareOfAccount(limits).entries, 1);
  EXPECT_EQ(RoomOfReplies(limits).entries, 1);
}

TEST(QuarantineRules, AccountHasRoomUntilItsOwnShareIsUsed) {
  QuarantineUse use(kLimits);
  use.Add(kMain, {9, 900});
  EXPECT_TRUE(use.HasRoom(kMain, 100));
  EXPECT_FALSE(use.HasRoom(kMain, 101));
  use.Add(kMain, {1, 1});
  EXPECT_FALSE(use.HasRoom(kMain, 1)) << "ten entries";
  EXPECT_TRUE(use.HasRoom(kOther, 1000));
  use.Remove(kMain, 1);
  EXPECT_TRUE(use.HasRoom(kMain, 100));
}

TEST(QuarantineRules, RepliesAndNotificationsTakeNoRoomOfEachOther) {
  QuarantineUse use(kLimits);
  use.Add(kOcr, {2, 500});
  EXPECT_FALSE(use.HasRoom(kWidget, 1)) << "replies share one room";
  EXPECT_TRUE(use.HasRoom(kMain, 1000));
  EXPECT_EQ(use.UsedRatio(), 0);
  QuarantineUse full(kLimits);
  full.Add(kMain, {10, 1000});
  full.Add(kOther, {10, 1000});
  EXPECT_TRUE(full.HasRoom(kOcr, 500));
}

TEST(QuarantineRules, WhatUsesMostOfTheRepliesRoomMakesRoom) {
  QuarantineUse use(kLimits);
  EXPECT_FALSE(use.LargestOfReplies().has_value());
  use.Add(kMain, {10, 1000});
  EXPECT_FALSE(use.LargestOfReplies().has_value());
  use.Add(kOcr, {1, 300});
  use.Add(kWidget, {1, 200});
  EXPECT_EQ(use.LargestOfReplies()->source, kOcr.source);
  use.Add(kWidget, {1, 10});
  EXPECT_EQ(use.LargestOfReplies()->source, kWidget.source) << "both entries";
}

TEST(QuarantineRules, AccountThatIsNotConfiguredIsNotTheFullest) {
  QuarantineUse use(kLimits);
  use.Add({QuarantinedKind::kNotification, "gone"}, {10, 1000});
  EXPECT_EQ(use.UsedRatio(), 0);
  use.Add(kMain, {1, 100});
  EXPECT_DOUBLE_EQ(use.UsedRatio(), 0.1);
  QuarantineUse of_nobody({.max_entries = 20, .max_bytes = 2000});
  of_nobody.Add(kMain, {1, 1000});
  EXPECT_DOUBLE_EQ(of_nobody.UsedRatio(), 0.5) << "no accounts are configured";
}

TEST(QuarantineRules, UsedRatioIsThatOfTheFullestAccount) {
  QuarantineUse use(kLimits);
  EXPECT_EQ(use.UsedRatio(), 0);
  use.Add(kMain, {1, 800});
  use.Add(kOther, {5, 100});
  EXPECT_DOUBLE_EQ(use.UsedRatio(), 0.8);
  use.Remove(kMain, 800);
  EXPECT_DOUBLE_EQ(use.UsedRatio(), 0.5);
  use.Remove(kMain, 800);
  EXPECT_DOUBLE_EQ(use.UsedRatio(), 0.5) << "there was none";
}

}  // namespace
}  // namespace kyc::events
