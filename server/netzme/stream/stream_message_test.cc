#include "server/netzme/stream/stream_message.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/netzme/stream/testing/fake_stream.h"

namespace kyc::netzme {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::WatchUpgradesResponse;

UpgradeEvent Event(size_t raw_bytes) {
  UpgradeEvent event;
  event.set_sequence(300);
  event.set_original_reference_no("R-1");
  event.set_mother_maiden_name("Siti");
  event.set_identification_card_image_url("https://a/ktp");
  event.set_selfie_image_url("https://a/selfie");
  event.set_raw_body(std::string(raw_bytes, 'x'));
  event.set_account("main");
  return event;
}

TEST(EventsMessageTest, SlicesGiveTheBytesOfTheGeneratedClass) {
  for (size_t raw_bytes : {0, 1, 100, 127, 128, 16'383, 16'384, 70'000}) {
    for (int count : {1, 2, 64}) {
      WatchUpgradesResponse expected;
      std::vector<grpc::Slice> entries;
      for (int i = 0; i < count; ++i) {
        *expected.mutable_events()->add_events() = Event(raw_bytes);
        entries.push_back(EventEntry(Event(raw_bytes), ::netzme::v1::VIEW_FULL));
      }
      expected.set_cursor(std::string(150, 'c'));
      EXPECT_EQ(BytesOf(EventsMessage(entries, CursorField(expected.cursor()))),
                expected.SerializeAsString())
          << raw_bytes << " bytes, " << count << " events";
    }
  }
}

TEST(EventEntryTest, BasicViewHidesWhatOnlyFullShows) {
  UpgradeEvent expected = Event(10);
  expected.clear_mother_maiden_name();
  expected.clear_identification_card_image_url();
  expected.clear_selfie_image_url();
  expected.clear_raw_body();
  const grpc::ByteBuffer bytes =
      EventsMessage({EventEntry(Event(10), ::netzme::v1::VIEW_BASIC)}, CursorField("c"));
  WatchUpgradesResponse response;
  ASSERT_TRUE(response.ParseFromString(BytesOf(bytes)));
  ASSERT_EQ(response.events().events_size(), 1);
  EXPECT_TRUE(MessageDifferencer::Equals(response.events().events(0), expected));
}

TEST(MessageTest, CursorFollowsAnyKind) {
  WatchUpgradesResponse expected;
  expected.mutable_goodbye()->set_reason(::netzme::v1::GOODBYE_REASON_SLOW);
  const WatchUpgradesResponse without_cursor = expected;
  expected.set_cursor("c");
  EXPECT_EQ(BytesOf(Message(without_cursor, CursorField("c"))), expected.SerializeAsString());
}

}  // namespace
}  // namespace kyc::netzme
