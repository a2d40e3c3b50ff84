// A log that hangs: no stream waits for it for ever, and what is left behind is bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/netzme/stream/pool_line.h"
#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr absl::Duration kLimit = absl::Minutes(1);

class SilentLogTest : public testing::Test {
 protected:
  SilentLogTest() {
    room_.AppendManyTogether(5);
    room_.Settle();
  }
  // One that starts where another one's first message said.
  ::netzme::v1::WatchUpgradesRequest FromCursor() {
    const auto first = room_.Watch(Request("from: FROM_EARLIEST"));
    ::netzme::v1::WatchUpgradesRequest request;
    request.set_cursor(first->messages().front().cursor());
    return request;
  }

  // All but the newest event is history.
  ServiceRoom room_{{.events = 1}};
};

TEST_F(SilentLogTest, ALookUpOfTheStartIsNotWaitedForForEver) {
  for (const auto& request : {FromCursor(), Request("since { seconds: 1 }")}) {
    const auto stream = room_.Watch(request);
    room_.AdvanceWithoutLog(kLimit - absl::Seconds(1), {stream.get()});
    EXPECT_THAT(room_.Script(*stream), ElementsAre());
    room_.AdvanceWithoutLog(absl::Seconds(2), {stream.get()});
    EXPECT_THAT(room_.Script(*stream), ElementsAre("end LOG_UNAVAILABLE"));
    room_.Settle({stream.get()});  // The log answers after all.
    EXPECT_THAT(room_.Script(*stream), ElementsAre("end LOG_UNAVAILABLE"));
  }
}

TEST_F(SilentLogTest, AReadIsNotWaitedForForEver) {
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST"));
  stream->CompleteWrite();  // Of `started`.
  room_.AdvanceWithoutLog(kLimit - absl::Seconds(1), {stream.get()});
  EXPECT_THAT(room_.Script(*stream), Not(Contains("end LOG_UNAVAILABLE")));
  room_.AdvanceWithoutLog(absl::Seconds(2), {stream.get()});
  const std::vector<std::string> script = room_.Script(*stream);
  EXPECT_EQ(script.front(), "started 5 @0");
  EXPECT_EQ(script.back(), "end LOG_UNAVAILABLE");
  room_.Settle({stream.get()});
  EXPECT_EQ(room_.Script(*stream), script);
  EXPECT_EQ(room_.loop().timers(), 0U);
}

// Each answer has the whole limit.
TEST_F(SilentLogTest, ALogThatIsOnlySlowIsWaitedFor) {
  const auto stream = room_.Watch(FromCursor());
  for (int i = 0; i < 3; ++i) {
    room_.AdvanceWithoutLog(kLimit - absl::Seconds(5), {stream.get()});
    room_.pool().RunOne();
    while (room_.loop().RunOne()) {
    }
    stream->CompleteWrite();
  }
  room_.Settle({stream.get()});
  EXPECT_THAT(room_.Script(*stream), Contains("events 1 2 3 4 5 @5"));
  EXPECT_THAT(room_.Script(*stream), Not(Contains("end LOG_UNAVAILABLE")));
}

// A gateway was restarted, and all come back: the last one waits in line for longer than one read
// may take, again and again.
TEST_F(SilentLogTest, ALineThatMovesIsWaitedIn) {
  room_.AppendManyTogether(200);  // Of which a page has 64.
  room_.Settle();
  const auto from_cursor = FromCursor();
  std::vector<std::unique_ptr<FakeStream>> streams;
  for (int i = 0; i < 50; ++i) {
    streams.push_back(room_.Watch(Request("from: FROM_EARLIEST")));
    streams.push_back(room_.Watch(from_cursor));
  }
  do {
    room_.pool().RunOne();
    room_.AdvanceWithoutLog(absl::Seconds(2), {});
    for (bool moved = true; std::exchange(moved, false);) {
      while (room_.loop().RunOne()) moved = true;
      for (const auto& stream : streams) moved = stream->CompleteWrite() || moved;
    }
  } while (room_.pool().waiting() > 0);
  for (const auto& stream : streams) {
    const std::vector<std::string> script = room_.Script(*stream);
    EXPECT_THAT(script, Contains("caught_up @205"));
    EXPECT_THAT(script, Not(Contains("end LOG_UNAVAILABLE")));
  }
}

// Their callers come again and again.
TEST_F(SilentLogTest, StreamsThatAreGoneDoNotFillTheLineWithoutBound) {
  const auto request = FromCursor();
  for (int i = 0; i < PoolLine::kMost; ++i) room_.Watch(request)->Close();
  EXPECT_THAT(room_.Script(*room_.Watch(request)), ElementsAre("end LOG_UNAVAILABLE"));
  absl::Status got;
  ::netzme::v1::GetUpgradeRequest get;
  get.set_original_reference_no("R-1");
  room_.service().Get({}, get, [&](auto answer) { got = answer.status(); });
  EXPECT_EQ(ReasonOf(got), "LOG_UNAVAILABLE");
  room_.Settle();
  const auto stream = room_.Watch(request);
  room_.Settle({stream.get()});
  EXPECT_THAT(room_.Script(*stream), Contains("events 1 2 3 4 5 @5"));
}

}  // namespace
}  // namespace kyc::netzme
