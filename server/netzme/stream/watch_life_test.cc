// How streams live through silence, and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(WatchLifeTest, MaxEventsAreCountedExactlyThroughHistoryAndLive) {
  ServiceRoom room;
  room.AppendMany(2);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST max_events: 3"));
  room.Settle({stream.get()});
  room.AppendMany(2);
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 2 @0", "events 1 2 @2", "caught_up @2",
                                                "events 3 @3", "goodbye MAX_EVENTS @3", "end OK"));
}

TEST(WatchLifeTest, MaxEventsCutsABatchOfHistory) {
  ServiceRoom room({.events = 1});
  room.AppendMany(5);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST max_events: 3"));
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 5 @0", "events 1 2 3 @3", "goodbye MAX_EVENTS @3", "end OK"));
}

TEST(WatchLifeTest, StopWhenCaughtUpSendsNothingThatCameAfterTheCall) {
  for (size_t ring_events : {1, 1024}) {
    ServiceRoom room({.events = ring_events});
    room.AppendMany(3);
    room.Settle();
    const auto stream = room.Watch(Request("from: FROM_EARLIEST stop_when_caught_up: true"));
    room.AppendMany(2);
    room.Settle({stream.get()});
    EXPECT_THAT(room.Script(*stream), ElementsAre("started 3 @0", "events 1 2 3 @3", "caught_up @3",
                                                  "goodbye CAUGHT_UP @3", "end OK"));
  }
}

TEST(WatchLifeTest, HeartbeatsFollowSilenceAndPassFilteredOutEvents) {
  ServiceRoom room;
  const auto stream =
      room.Watch(Request("filter { cust_ids: 'C-2' } heartbeat_interval { seconds: 10 }"));
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(9), {stream.get()});
  EXPECT_THAT(stream->messages(), SizeIs(2));
  room.Append("R-1");
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(1), {stream.get()});
  room.Advance(absl::Seconds(10), {stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 0 @0", "caught_up @0", "heartbeat @1", "heartbeat @1"));
}

TEST(WatchLifeTest, WatcherOfAReferenceGetsHeartbeatsThatPassOtherReferences) {
  ServiceRoom room;
  const auto stream = room.Watch(Request("filter { original_reference_nos: 'R-2' }"));
  room.Settle({stream.get()});
  room.AppendMany(3, "R-1");
  room.Advance(absl::Seconds(15), {stream.get()});
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(15), {stream.get()});
  EXPECT_EQ(room.Script(*stream).back(), "heartbeat @3");
}

TEST(WatchLifeTest, EventsPutOffTheHeartbeat) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(14), {stream.get()});
  room.Append("R-1");
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(14), {stream.get()});
  EXPECT_EQ(room.Script(*stream).back(), "events 1 @1");
  room.Advance(absl::Seconds(1), {stream.get()});
  EXPECT_EQ(room.Script(*stream).back(), "heartbeat @1");
}

TEST(WatchLifeTest, HeartbeatsAreSkippedWhileAWriteIsInFlight) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle();
  room.Advance(absl::Seconds(29));
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0", "events 1 @1"));
}

TEST(WatchLifeTest, HeartbeatWhileAPageIsReadRunsNotAhead) {
  ServiceRoom room({.events = 1});
  room.AppendMany(3);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST"));
  ASSERT_TRUE(stream->CompleteWrite());
  ASSERT_EQ(room.pool().waiting(), 1U);
  room.loop().AdvanceToTimer(room.loop().now() + absl::Seconds(15));
  ASSERT_TRUE(stream->writing());
  room.Settle();  // The page arrives while the heartbeat is in flight.
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 3 @0", "heartbeat @0", "events 1 2 3 @3", "caught_up @3"));
}

TEST(WatchLifeTest, ReaderThatTakesNothingFor30SecondsIsTold) {
  ServiceRoom room;
  const auto stream = room.Watch(Request("heartbeat_interval { seconds: 60 }"));
  room.Settle({stream.get()});
  room.Advance(absl::Seconds(7));
  room.Append("R-1");
  room.Settle();
  room.Advance(absl::Seconds(31));
  EXPECT_FALSE(stream->finished().has_value());
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0", "events 1 @1",
                                                "goodbye SLOW @1", "end SLOW_CONSUMER"));
  EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kResourceExhausted);
}

TEST(WatchLifeTest, ReaderThatStaysStuckIsEndedWithoutGoodbye) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle();
  room.Advance(absl::Seconds(29));
  EXPECT_FALSE(stream->finished().has_value());
  room.Advance(absl::Seconds(6));
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 0 @0", "caught_up @0", "events 1 @1", "end SLOW_CONSUMER"));
  EXPECT_EQ(room.loop().timers(), 0U);
}

TEST(WatchLifeTest, DrainSaysGoodbyeToAnIdleStreamAtOnce) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  stream->producer().OnDrain();
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0",
                                                "goodbye DRAINING @0", "end SERVER_DRAINING"));
  EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kUnavailable);
}

TEST(WatchLifeTest, DrainWaitsForTheWriteInFlight) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  stream->producer().OnDrain();
  room.Append("R-1");
  room.Settle();
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0"));
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 0 @0", "goodbye DRAINING @0", "end SERVER_DRAINING"));
}

TEST(WatchLifeTest, DrainEndsAStuckStreamAfter5Seconds) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  stream->producer().OnDrain();
  room.Advance(absl::Seconds(5));
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "end SERVER_DRAINING"));
}

TEST(WatchLifeTest, DrainOfAStreamWhoseCursorIsLookedUpComesAfterStarted) {
  ServiceRoom room;
  const auto stream = room.Watch(Request("since { seconds: 1 }"));
  stream->producer().OnDrain();
  EXPECT_THAT(room.Script(*stream), IsEmpty());
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 0 @0", "goodbye DRAINING @0", "end SERVER_DRAINING"));
}

TEST(WatchLifeTest, PageForAStreamThatIsGoneIsDropped) {
  ServiceRoom room({.events = 1});
  room.AppendMany(3);
  room.Settle();
  const auto before = room.Watch(Request("from: FROM_EARLIEST"));
  const auto between = room.Watch(Request("from: FROM_EARLIEST"));
  before->CompleteWrite();
  between->CompleteWrite();
  ASSERT_EQ(room.pool().waiting(), 2U);
  before->Close();
  room.pool().RunOne();
  room.pool().RunOne();
  between->Close();
  room.Settle();
  EXPECT_THAT(before->messages(), SizeIs(1));
  EXPECT_THAT(between->messages(), SizeIs(1));
  EXPECT_EQ(room.loop().timers(), 0U);
}

constexpr absl::Duration kNotice = absl::Seconds(20);

// Keeps 5 events; has 10 of them, so 5 are on their way out.
class NearRetentionTest : public testing::Test {
 protected:
  NearRetentionTest() {
    room_.AppendManyTogether(10);
    room_.Settle();
  }

  ServiceRoom room_{{.events = 1}, 5, kNotice};
};

TEST_F(NearRetentionTest, PausedStreamIsToldWhileItsCursorIsStillGood) {
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST"));
  room_.AdvanceLogToNotice(10);
  room_.Settle({stream.get()});
  EXPECT_THAT(room_.Script(*stream),
              ElementsAre("started 10 @0", "goodbye NEAR_RETENTION @0", "end NEAR_RETENTION"));
  EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kOutOfRange);

  const std::string cursor = stream->messages().back().cursor();
  ::netzme::v1::WatchUpgradesRequest again;
  again.set_cursor(cursor);
  const auto in_time = room_.Watch(again);
  room_.Settle({in_time.get()});
  EXPECT_THAT(room_.Script(*in_time), Contains("events 1 2 3 4 5 6 7 8 9 10 @10"));

  room_.AdvanceLogToTrim(10, 5);
  const auto too_late = room_.Watch(again);
  room_.Settle({too_late.get()});
  EXPECT_THAT(room_.Script(*too_late), ElementsAre("end CURSOR_EXPIRED"));
}

TEST_F(NearRetentionTest, StreamThatHasReadWhatGoesIsLeftAlone) {
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST"));
  room_.Settle({stream.get()});
  const std::vector<std::string> before = room_.Script(*stream);
  room_.AdvanceLogToNotice(10);
  room_.Settle({stream.get()});
  EXPECT_EQ(room_.Script(*stream), before);
}

TEST(WatchLifeTest, NearRetentionAnIdleStreamIsGivenACursorThatStays) {
  ServiceRoom room({.events = 1}, 5, kNotice);
  const auto idle = room.Watch(Request("filter { cust_ids: 'nobody' }"));
  const auto stuck = room.Watch({});
  room.Settle({idle.get(), stuck.get()});
  room.AppendManyTogether(10);
  room.Settle();
  EXPECT_THAT(room.Script(*idle), ElementsAre("started 0 @0", "caught_up @0"));
  room.AdvanceLogToNotice(10);
  room.Settle({idle.get(), stuck.get()});
  EXPECT_EQ(room.Script(*idle).back(), "heartbeat @10");
  EXPECT_THAT(room.Script(*stuck), ElementsAre("started 0 @0", "caught_up @0", "events 1 @1",
                                               "goodbye NEAR_RETENTION @1", "end NEAR_RETENTION"));
}

TEST_F(NearRetentionTest, StreamThatBeganTooLateToBeToldIsToldInsteadOfSkippingEvents) {
  room_.AdvanceLogToNotice(10);
  room_.Settle();
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST"));
  room_.AdvanceLogToTrim(10, 5);
  room_.Settle({stream.get()});
  ASSERT_THAT(stream->messages(), SizeIs(2));
  EXPECT_EQ(stream->messages()[1].goodbye().reason(), ::netzme::v1::GOODBYE_REASON_NEAR_RETENTION);
  ASSERT_TRUE(stream->finished().has_value());
  EXPECT_EQ(ReasonOf(*stream->finished()), "CURSOR_EXPIRED");
  EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(room_.SequenceOf(MetadataOf(*stream->finished(), "oldestCursor")), 5);
}

}  // namespace
}  // namespace kyc::netzme
