#include "tests/support/follower.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "tests/support/client.h"

namespace kyc::tests {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeNotificationService;

grpc::Status Follower::FollowToTheEnd(uint16_t grpc_port) { return Follow(grpc_port, false); }

void Follower::CatchUp(uint16_t grpc_port) {
  const grpc::Status status = Follow(grpc_port, true);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

grpc::Status Follower::Follow(uint16_t grpc_port, bool stop_when_caught_up) {
  const auto stub = UpgradeNotificationService::NewStub(OpenChannel(grpc_port));
  grpc::ClientContext context;
  ::netzme::v1::WatchUpgradesRequest request;
  request.set_stop_when_caught_up(stop_when_caught_up);
  request.set_view(::netzme::v1::VIEW_FULL);
  *request.mutable_filter() = filter_;
  if (cursor_.empty()) {
    request.set_from(::netzme::v1::FROM_EARLIEST);
  } else {
    request.set_cursor(cursor_);
  }
  const auto stream = stub->WatchUpgrades(&context, request);
  ::netzme::v1::WatchUpgradesResponse response;
  while (stream->Read(&response)) {
    for (const UpgradeEvent& event : response.events().events()) seen_.push_back(event);
    cursor_ = response.cursor();
  }
  return stream->Finish();
}

void ExpectWholeLog(const std::vector<UpgradeEvent>& log, const std::vector<Sender>& senders) {
  std::map<std::string, int> times;
  std::map<std::string, int64_t> revisions;
  int64_t sequence = 0;
  for (const UpgradeEvent& event : log) {
    ++times[event.raw_body()];
    ASSERT_GT(event.sequence(), sequence);
    sequence = event.sequence();
    ASSERT_EQ(event.revision(), ++revisions[event.original_reference_no()]) << sequence;
    ASSERT_EQ(event.anomalies_size(), 0) << sequence;
    ASSERT_EQ(event.cust_id().substr(1), event.benefits(0).substr(1)) << sequence;
  }
  size_t known = 0;
  for (const Sender& sender : senders) {
    for (const Notice& notice : sender.answered()) {
      ASSERT_EQ(times[notice.Body()], 1) << notice.number << " was answered 200";
    }
    const auto sent = times.find(sender.next().Body());
    if (sent != times.end()) {
      ASSERT_EQ(sent->second, 1) << sender.next().number;
      ++known;
    }
    known += sender.answered().size();
  }
  EXPECT_EQ(known, log.size()) << "there is what nobody sent";
}

void ExpectSame(const std::vector<UpgradeEvent>& seen, const std::vector<UpgradeEvent>& log) {
  ASSERT_EQ(seen.size(), log.size());
  for (size_t i = 0; i < log.size(); ++i) {
    ASSERT_EQ(seen[i].sequence(), log[i].sequence());
    ASSERT_EQ(seen[i].event_id(), log[i].event_id());
    ASSERT_EQ(seen[i].raw_body(), log[i].raw_body());
  }
}

}  // namespace kyc::tests
