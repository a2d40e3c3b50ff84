#include "server/events/judge.h"

#include <gtest/gtest.h>

namespace kyc::events {
namespace {

using ::netzme::v1::UPGRADE_STATUS_APPROVED;
using ::netzme::v1::UPGRADE_STATUS_REJECTED;
using ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;

TEST(JudgeTest, ReferenceNeverSeenBeginsAtRevisionOne) {
  const Verdict verdict = Judge(absl::nullopt, "content");
  EXPECT_FALSE(verdict.repeat);
  EXPECT_EQ(verdict.revision, 1);
  EXPECT_EQ(verdict.previous_status, UPGRADE_STATUS_UNSPECIFIED);
  EXPECT_FALSE(verdict.has_older);
}

TEST(JudgeTest, ContentOfTheLatestEventIsARepeatOfIt) {
  const ReferenceState latest = {
      .sequence = 9, .revision = 4, .status = UPGRADE_STATUS_APPROVED, .content_digest = "same"};
  const Verdict verdict = Judge(latest, "same");
  EXPECT_TRUE(verdict.repeat);
  EXPECT_EQ(verdict.revision, 4);
}

TEST(JudgeTest, OtherContentFollowsTheLatestEvent) {
  const ReferenceState latest = {
      .sequence = 9, .revision = 1, .status = UPGRADE_STATUS_REJECTED, .content_digest = "old"};
  const Verdict verdict = Judge(latest, "new");
  EXPECT_FALSE(verdict.repeat);
  EXPECT_EQ(verdict.revision, 2);
  EXPECT_EQ(verdict.previous_status, UPGRADE_STATUS_REJECTED);
  EXPECT_FALSE(verdict.has_older) << "the only older event is the latest, which differs";
}

TEST(JudgeTest, FromTheThirdRevisionOnAnOlderEventMayBeTheSame) {
  const ReferenceState latest = {
      .sequence = 9, .revision = 2, .status = UPGRADE_STATUS_REJECTED, .content_digest = "old"};
  EXPECT_TRUE(Judge(latest, "new").has_older);
}

}  // namespace
}  // namespace kyc::events
