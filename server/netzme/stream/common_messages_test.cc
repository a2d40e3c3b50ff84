#include "server/netzme/stream/common_messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/netzme/stream/stream_message.h"
#include "server/netzme/stream/testing/fake_stream.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::VIEW_BASIC;
using ::netzme::v1::VIEW_FULL;

Outgoing Of(int64_t through, int entries, size_t bytes) {
  const std::vector<grpc::Slice> slices(entries, grpc::Slice(std::string(bytes, 'x')));
  return {entries, {through, 0}, EventsMessage(slices, CursorField("cursor"))};
}

size_t SlicesOf(const grpc::ByteBuffer& message) {
  std::vector<grpc::Slice> slices;
  return message.Dump(&slices).ok() ? slices.size() : 0;
}

TEST(CommonMessagesTest, KeptMessageIsTheSameBytesInOneSlice) {
  CommonMessages common;
  const Outgoing sent = Of(7, 3, 1000);
  common.Keep({4, 0}, VIEW_BASIC, sent);
  const Outgoing* kept = common.Find({4, 0}, VIEW_BASIC);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->events, 3);
  EXPECT_EQ(kept->through.sequence, 7);
  EXPECT_EQ(SlicesOf(kept->message), 1U);
  EXPECT_EQ(BytesOf(kept->message), BytesOf(sent.message));
}

TEST(CommonMessagesTest, AnotherPlaceOrViewFindsNothing) {
  CommonMessages common;
  common.Keep({4, 0}, VIEW_BASIC, Of(7, 3, 100));
  EXPECT_EQ(common.Find({5, 0}, VIEW_BASIC), nullptr);
  EXPECT_EQ(common.Find({4, 0}, VIEW_FULL), nullptr);
  common.Clear();
  EXPECT_EQ(common.Find({4, 0}, VIEW_BASIC), nullptr);
}

TEST(CommonMessagesTest, NeitherManyNorLargeOnesAreKept) {
  CommonMessages common;
  common.Keep({1, 0}, VIEW_BASIC, Of(65, 64, 1000));
  EXPECT_EQ(common.Find({1, 0}, VIEW_BASIC), nullptr);
  for (int after = 1; after <= 17; ++after) common.Keep({after, 0}, VIEW_BASIC, Of(20, 1, 100));
  EXPECT_NE(common.Find({16, 0}, VIEW_BASIC), nullptr);
  EXPECT_EQ(common.Find({17, 0}, VIEW_BASIC), nullptr);
}

}  // namespace
}  // namespace kyc::netzme
