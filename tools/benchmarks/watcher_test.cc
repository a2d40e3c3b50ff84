#include "tools/benchmarks/watcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/payloads.h"

namespace kyc::bench {
namespace {

using ::netzme::v1::WatchUpgradesResponse;

// A message of these sequences, each the revision of the number less 100.
std::string Message(const std::vector<int64_t>& sequences) {
  WatchUpgradesResponse response;
  response.set_cursor("cursor");
  for (const int64_t sequence : sequences) {
    ::netzme::v1::UpgradeEvent& event = *response.mutable_events()->add_events();
    event.set_sequence(sequence);
    event.set_revision(sequence - 100);
    event.set_cust_id(std::string(16, '0'));
  }
  return Framed(response.SerializeAsString());
}

class WatcherTest : public ::testing::Test {
 protected:
  std::string WhyAfter(Watcher::Counts counts, absl::string_view bytes) {
    Watcher watcher(tally_, counts, Watcher::Takes::kEverything);
    watcher.OnData(bytes);
    return recorder_.Why();
  }

  Recorder recorder_;
  WatchTally tally_{recorder_};
};

TEST_F(WatcherTest, EverySequenceOnceIsWell) {
  EXPECT_EQ(WhyAfter(Watcher::Counts::kSequence, absl::StrCat(Message({1, 2}), Message({3}))), "");
  EXPECT_EQ(tally_.delivered, 3u);
}

TEST_F(WatcherTest, ALeftOutSequenceIsSeen) {
  EXPECT_EQ(WhyAfter(Watcher::Counts::kSequence, Message({1, 3})), "1 x an event was left out");
}

TEST_F(WatcherTest, ARepeatedSequenceIsSeen) {
  EXPECT_EQ(WhyAfter(Watcher::Counts::kSequence, Message({1, 1})), "1 x an event came again");
}

TEST_F(WatcherTest, OfOneReferenceRevisionsCount) {
  EXPECT_EQ(WhyAfter(Watcher::Counts::kRevision, Message({101, 102})), "");
  EXPECT_EQ(WhyAfter(Watcher::Counts::kRevision, Message({101, 103})), "1 x an event was left out");
}

TEST_F(WatcherTest, MessagesCutAnywhereAreRead) {
  const std::string bytes = absl::StrCat(Message({1}), Message({2, 3}));
  for (size_t size = 1; size <= bytes.size(); ++size) {
    Watcher watcher(tally_, Watcher::Counts::kSequence, Watcher::Takes::kEverything);
    tally_.delivered = 0;
    for (size_t at = 0; at < bytes.size(); at += size) {
      watcher.OnData(absl::string_view(bytes).substr(at, size));
    }
    ASSERT_EQ(tally_.delivered, 3u) << size;
  }
  EXPECT_EQ(recorder_.Why(), "");
}

TEST_F(WatcherTest, OnlyOneThatTakesNothingMayBeEnded) {
  CallEnd slow;
  slow.grpc_status = 8;
  Watcher(tally_, Watcher::Counts::kSequence, Watcher::Takes::kNothing).OnEnd(slow);
  EXPECT_EQ(tally_.ended_as_slow, 1u);
  EXPECT_EQ(recorder_.failures(), 0u);
  Watcher(tally_, Watcher::Counts::kSequence, Watcher::Takes::kByAndBy).OnEnd(slow);
  EXPECT_EQ(tally_.ended_as_slow, 1u);
  EXPECT_EQ(recorder_.failures(), 1u);
}

}  // namespace
}  // namespace kyc::bench
