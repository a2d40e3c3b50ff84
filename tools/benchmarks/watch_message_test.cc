#include "tools/benchmarks/watch_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::bench {
namespace {

using ::netzme::v1::WatchUpgradesResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> seen;

WatchMessage Read(absl::string_view message) {
  seen.clear();
  return ReadWatchMessage(message, [](const SeenEvent& event) {
    seen.push_back(absl::StrCat(event.sequence, "/", event.revision, "/",
                                std::string(event.cust_id.data(), event.cust_id.size())));
  });
}

WatchUpgradesResponse TwoEvents() {
  WatchUpgradesResponse response;
  response.set_cursor("cursor-300");
  for (const int64_t sequence : {299, 300}) {
    ::netzme::v1::UpgradeEvent& event = *response.mutable_events()->add_events();
    event.set_sequence(sequence);
    event.set_revision(sequence - 298);
    event.mutable_received_time()->set_seconds(1);
    event.add_anomalies(::netzme::v1::ANOMALY_MISSING_BENEFITS);
    event.set_original_reference_no("reference");
    event.set_cust_id(absl::StrCat("customer-", sequence));
    event.add_benefits(std::string(500, 'b'));
  }
  return response;
}

TEST(WatchMessage, EventsAreReadInOrder) {
  const std::string message = TwoEvents().SerializeAsString();
  const WatchMessage read = Read(message);
  EXPECT_EQ(read.kind, WatchMessage::Kind::kEvents);
  EXPECT_EQ(read.cursor, "cursor-300");
  EXPECT_THAT(seen, ElementsAre("299/1/customer-299", "300/2/customer-300"));
}

TEST(WatchMessage, EachKindIsKnown) {
  WatchUpgradesResponse response;
  response.mutable_started()->set_newest_cursor("newest");
  EXPECT_EQ(Read(response.SerializeAsString()).kind, WatchMessage::Kind::kStarted);
  response.mutable_caught_up();
  EXPECT_EQ(Read(response.SerializeAsString()).kind, WatchMessage::Kind::kCaughtUp);
  response.mutable_heartbeat();
  EXPECT_EQ(Read(response.SerializeAsString()).kind, WatchMessage::Kind::kHeartbeat);
  response.mutable_goodbye();
  EXPECT_EQ(Read(response.SerializeAsString()).kind, WatchMessage::Kind::kGoodbye);
  EXPECT_THAT(seen, IsEmpty());
}

TEST(WatchMessage, CutAnywhereIsNeverRead) {
  const std::string message = TwoEvents().SerializeAsString();
  const size_t cursor_at = message.find("cursor-300") - 2;
  for (size_t size = 1; size < message.size(); ++size) {
    if (size == cursor_at) continue;  // Whole, but for its cursor.
    EXPECT_EQ(Read(message.substr(0, size)).kind, WatchMessage::Kind::kUnreadable) << size;
  }
}

}  // namespace
}  // namespace kyc::bench
