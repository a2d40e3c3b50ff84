#include "clients/kyc/commands/request_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::cli {
namespace {

constexpr char kUuid[] = "[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

TEST(RequestId, IsAnotherOneEachTime) {
  EXPECT_THAT(NewRequestId(), testing::MatchesRegex(kUuid));
  EXPECT_NE(NewRequestId(), NewRequestId());
}

TEST(RequestId, IsTheSameForTheSamePartsOnly) {
  EXPECT_THAT(RequestIdOf({"a", "b"}), testing::MatchesRegex(kUuid));
  EXPECT_EQ(RequestIdOf({"a", "b"}), RequestIdOf({"a", "b"}));
  EXPECT_NE(RequestIdOf({"a", "b"}), RequestIdOf({"ab"}));
  EXPECT_NE(RequestIdOf({"a", "b"}), RequestIdOf({"a:1:b"}));
  EXPECT_NE(RequestIdOf({"a", ""}), RequestIdOf({"a"}));
}

}  // namespace
}  // namespace kyc::cli
