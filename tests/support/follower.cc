#include "tests/support/follower.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/time/clock.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "tests/support/child_process.h"
#include "tests/support/client.h"

namespace kyc::tests {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeNotificationService;

grpc::Status Follower::FollowToTheEnd(uint16_t grpc_port) { return Follow(grpc_port, false); }

void Follower::CatchUp(uint16_t grpc_port) {
  const grpc::Status status = Follow(grpc_port, true);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

bool Follower::CatchUpTo(size_t enough, uint16_t grpc_port) {
  const absl::Time patience = absl::Now() + kPatience;
  grpc::Status status;
  do {
    status = Follow(grpc_port, true);
  } while (status.ok() && seen_.size() < enough && absl::Now() < patience);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return seen_.size() >= enough;
}

grpc::Status Follower::Follow(uint16_t grpc_port, bool stop_when_caught_up) {
  const auto stub = UpgradeNotificationService::NewStub(OpenChannel(grpc_port));
  grpc::ClientContext context;
  ::netzme::v1::WatchUpgradesRequest request;
  request.set_stop_when_caught_up(stop_when_caught_up);
  request.set_view(view_);
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

void ExpectRevisions(const std::vector<UpgradeEvent>& log) {
  std::map<std::string, const UpgradeEvent*> latest;
  int64_t sequence = 0;
  for (const UpgradeEvent& event : log) {
    ASSERT_GT(event.sequence(), sequence);
    sequence = event.sequence();
    const UpgradeEvent*& before = latest[event.original_reference_no()];
    ASSERT_EQ(event.revision(), before == nullptr ? 1 : before->revision() + 1) << sequence;
    ASSERT_EQ(event.previous_status(),
              before == nullptr ? ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED : before->status())
        << sequence;
    ASSERT_EQ(event.anomalies_size(), 0) << sequence;
    ASSERT_EQ(event.cust_id().substr(1), event.benefits(0).substr(1)) << sequence;
    before = &event;
  }
}

void ExpectWholeLog(const std::vector<UpgradeEvent>& log, const std::vector<Sender>& senders) {
  ASSERT_NO_FATAL_FAILURE(ExpectRevisions(log));
  std::map<std::string, int> times;
  const bool full = !log.empty() && !log.front().raw_body().empty();
  for (const UpgradeEvent& event : log) ++times[full ? event.raw_body() : event.cust_id()];
  const auto name_of = [full](const Notice& notice) {
    return full ? notice.Body() : notice.CustId();
  };
  size_t known = 0;
  for (const Sender& sender : senders) {
    for (const Notice& notice : sender.answered()) {
      ASSERT_EQ(times[name_of(notice)], 1) << notice.number << " was answered 200";
    }
    const auto sent = times.find(name_of(sender.next()));
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
    ASSERT_TRUE(seen[i].SerializeAsString() == log[i].SerializeAsString())
        << seen[i].sequence() << " revision " << seen[i].revision() << " where there is "
        << log[i].sequence() << " revision " << log[i].revision();
  }
}

}  // namespace kyc::tests
