// A log that lacks what was shown of it: whoever follows it is told so, and shown nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/call/error.h"
#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::testing::ElementsAre;

TEST(WatchLostTest, EveryStreamEndsWhenTheLogLacksWhatWasShown) {
  ServiceRoom room;
  room.AppendMany(2);
  const auto all = room.Watch(Request("from: FROM_EARLIEST"));
  const auto idle = room.Watch(Request("filter { cust_ids: 'nobody' }"));
  room.Settle({all.get(), idle.get()});
  EXPECT_THAT(room.Script(*all), ElementsAre("started 2 @0", "events 1 2 @2", "caught_up @2"));

  // As a standby has it that was promoted and had not yet the second event.
  const int64_t posts = room.loop().posts();
  for (const char* sql :
       {"DELETE FROM kyc.event WHERE sequence = 2",
        "UPDATE kyc.log SET next_sequence = 2, chain = (SELECT chain FROM kyc.event)",
        "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE "
        "datname = current_database() AND pid <> pg_backend_pid()"}) {
    ASSERT_TRUE(room.engine().Tamper(sql).ok());
  }
  room.loop().WaitForPosts(posts + 1);
  room.Settle({all.get(), idle.get()});
  for (const FakeStream* stream : {all.get(), idle.get()}) {
    ASSERT_TRUE(stream->finished().has_value());
    EXPECT_EQ(stream->finished()->code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ReasonOf(*stream->finished()), "LOG_HISTORY_LOST");
  }
  const auto later = room.Watch(Request("from: FROM_EARLIEST"));
  room.Settle({later.get()});
  ASSERT_TRUE(later->finished().has_value());
  EXPECT_EQ(ReasonOf(*later->finished()), "LOG_HISTORY_LOST");
}

}  // namespace
}  // namespace kyc::netzme
