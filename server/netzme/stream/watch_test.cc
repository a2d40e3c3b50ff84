// What streams send: where they start, history, live events, batches, filters, refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::WatchUpgradesRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

WatchUpgradesRequest After(const std::string& cursor) {
  WatchUpgradesRequest request;
  request.set_cursor(cursor);
  return request;
}

TEST(WatchTest, FromLatestSeesOnlyWhatIsCommittedAfterStarted) {
  ServiceRoom room;
  room.AppendMany(2);
  room.Settle();
  const auto stream = room.Watch({});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 2 @2")) << "at once";
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 2 @2", "caught_up @2", "events 3 @3"));
}

TEST(WatchTest, EmptyLogIsCaughtUpAtOnce) {
  ServiceRoom room;
  const auto stream = room.Watch(Request("from: FROM_EARLIEST"));
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0", "events 1 @1"));
}

TEST(WatchTest, FromEarliestSeesHistoryThenCaughtUpThenLive) {
  ServiceRoom room;
  room.AppendMany(3);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST"));
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 3 @0", "events 1 2 3 @3", "caught_up @3", "events 4 @4"));
}

TEST(WatchTest, HistoryOlderThanTheRingIsReadInPages) {
  ServiceRoom room({.events = 4});
  room.AppendMany(70);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST"));
  room.Settle({stream.get()});
  ASSERT_THAT(room.Script(*stream), SizeIs(4));
  EXPECT_EQ(stream->messages()[1].events().events_size(), 64);
  EXPECT_EQ(room.Script(*stream)[2], "events 65 66 67 68 69 70 @70");
  EXPECT_EQ(room.Script(*stream)[3], "caught_up @70");
  EXPECT_EQ(room.pool().ran(), 2);
}

TEST(WatchTest, WhatIsCommittedWhileAPageIsReadComesOnce) {
  ServiceRoom room({.events = 2});
  room.AppendMany(5);
  room.Settle();
  const auto stream = room.Watch(Request("from: FROM_EARLIEST"));
  ASSERT_TRUE(stream->CompleteWrite());
  room.Append("R-1");  // The ring goes on while the page waits.
  room.AppendMany(3);
  while (room.loop().RunOne()) {
  }
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 5 @0", "events 1 2 3 4 5 @5",
                                                "caught_up @5", "events 6 7 8 9 @9"));
}

TEST(WatchTest, CommitThatTheHubWasNotToldOfYetIsHistory) {
  ServiceRoom room;
  room.AppendMany(2);  // The loop has not run.
  const auto stream = room.Watch(Request("from: FROM_EARLIEST stop_when_caught_up: true"));
  room.pool().RunOne();
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 2 @0", "events 1 2 @2", "caught_up @2",
                                                "goodbye CAUGHT_UP @2", "end OK"));
}

TEST(WatchTest, CommitSeenByStartedIsNotLive) {
  ServiceRoom room;
  room.AppendMany(2);  // The loop has not run.
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 2 @2", "caught_up @2", "events 3 @3"));
}

TEST(WatchTest, CursorResumesJustAfterIt) {
  ServiceRoom room;
  room.AppendMany(3);
  room.Settle();
  const auto first = room.Watch(Request("from: FROM_EARLIEST max_events: 2"));
  room.Settle({first.get()});
  const auto second = room.Watch(After(first->messages().back().cursor()));
  EXPECT_THAT(room.Script(*second), IsEmpty()) << "the cursor is looked up first";
  room.Settle({second.get()});
  EXPECT_THAT(room.Script(*second), ElementsAre("started 3 @2", "events 3 @3", "caught_up @3"));
}

TEST(WatchTest, GarbledCursorEndsTheStreamBeforeAnyMessage) {
  ServiceRoom room;
  const auto stream = room.Watch(After("no cursor"));
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("end CURSOR_INVALID"));
  EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kInvalidArgument);
}

TEST(WatchTest, SinceStartsAtTheFirstEventReceivedThen) {
  ServiceRoom room;
  room.AppendMany(3);
  room.Settle();
  const auto all = room.Watch(Request("from: FROM_EARLIEST"));
  room.Settle({all.get()});
  const auto& events = all->messages()[1].events().events();
  WatchUpgradesRequest request;
  *request.mutable_since() = events[1].received_time();
  const auto stream = room.Watch(request);
  room.Settle({stream.get()});
  std::string expected = "events";
  for (const auto& event : events) {
    if (event.received_time().seconds() > request.since().seconds() ||
        (event.received_time().seconds() == request.since().seconds() &&
         event.received_time().nanos() >= request.since().nanos())) {
      absl::StrAppend(&expected, " ", event.sequence());
    }
  }
  EXPECT_EQ(room.Script(*stream)[1], expected + " @3");
}

TEST(WatchTest, SinceInTheFutureShowsNothingEarlier) {
  ServiceRoom room;
  const auto stream = room.Watch(Request("since { seconds: 250000000000 }"));
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0"));
}

TEST(WatchTest, BatchesHoldAtMost64KiBAndALargerEventComesAlone) {
  ServiceRoom room;
  CallContext context;
  context.allow_full_view = true;
  const auto stream = room.Watch(Request("view: VIEW_FULL"), context);
  room.Settle({stream.get()});
  room.Append("R-1");
  room.Settle();  // A write is in flight from here on.
  room.Append("R-1", 30'000);
  room.Append("R-1", 30'000);
  room.Append("R-1", 30'000);
  room.Append("R-1", 66'000);
  room.Append("R-1", 10);
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 0 @0", "caught_up @0", "events 1 @1", "events 2 3 @3",
                          "events 4 @4", "events 5 @5", "events 6 @6"));
}

TEST(WatchTest, SlowReaderGetsAllThatWaitsInOneMessage) {
  ServiceRoom room;
  const auto stream = room.Watch({});
  room.Settle({stream.get()});
  room.AppendMany(1);
  room.Settle();
  room.AppendMany(70);
  room.Settle();
  EXPECT_THAT(stream->messages(), SizeIs(3)) << "one write in flight";
  room.Settle({stream.get()});
  ASSERT_THAT(stream->messages(), SizeIs(5));
  EXPECT_EQ(stream->messages()[3].events().events_size(), 64);
  EXPECT_EQ(stream->messages()[4].events().events_size(), 6);
}

TEST(WatchTest, FilterShowsOnlyItsOwnAndCursorsPassTheOthers) {
  ServiceRoom room;
  for (const char* reference : {"R-1", "R-2", "R-1", "R-2"}) room.Append(reference);
  room.Settle();
  const auto stream =
      room.Watch(Request("from: FROM_EARLIEST filter { original_reference_nos: 'R-1' }"));
  room.Settle({stream.get()});
  room.Append("R-2");
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream),
              ElementsAre("started 4 @0", "events 1 3 @4", "caught_up @4", "events 6 @6"));
}

TEST(WatchTest, WatcherOfAReferenceReadsNoHistoryForTheEventsOfOthers) {
  ServiceRoom room({.events = 2});
  const auto stream = room.Watch(Request("filter { original_reference_nos: 'R-1' }"));
  room.Settle({stream.get()});
  room.AppendMany(10, "R-2");
  room.Append("R-1");
  room.Settle({stream.get()});
  EXPECT_THAT(room.Script(*stream), ElementsAre("started 0 @0", "caught_up @0", "events 11 @11"));
  EXPECT_EQ(room.pool().ran(), 0);
}

TEST(WatchTest, FullViewIsForCallersThatMay) {
  ServiceRoom room;
  const auto refused = room.Watch(Request("view: VIEW_FULL"));
  EXPECT_THAT(room.Script(*refused), ElementsAre("end CALLER_FORBIDDEN"));
  EXPECT_EQ(refused->finished()->code(), absl::StatusCode::kPermissionDenied);
}

TEST(WatchTest, RequestIsCheckedWithAllItsFaults) {
  ServiceRoom room;
  const auto stream =
      room.Watch(Request("heartbeat_interval { nanos: 999999999 } max_events: -1 "
                         "since { nanos: -1 } filter { statuses: 0 } view: 9"));
  ASSERT_TRUE(stream->finished().has_value());
  EXPECT_EQ(ReasonOf(*stream->finished()), "INVALID_REQUEST");
  const std::string details = stream->finished()->ToString();
  for (const char* field :
       {"heartbeat_interval", "max_events", "since", "filter.statuses", "view"}) {
    EXPECT_THAT(details, HasSubstr(field));
  }
  const auto long_silence = room.Watch(Request("heartbeat_interval { seconds: 60 nanos: 1 }"));
  EXPECT_THAT(room.Script(*long_silence), ElementsAre("end INVALID_REQUEST"));
  const auto other_end = room.Watch(Request("from: 3"));
  EXPECT_THAT(room.Script(*other_end), ElementsAre("end INVALID_REQUEST"));
}

}  // namespace
}  // namespace kyc::netzme
