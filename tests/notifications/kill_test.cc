// What was answered 200 outlives the process, and a stream goes on where it was.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeNotificationService;
using ::netzme::v1::WatchUpgradesRequest;
using ::netzme::v1::WatchUpgradesResponse;

constexpr int kRounds = 5;
constexpr int kSenders = 6;
// After so many answers of a round the process is killed, while the senders go on.
constexpr int kAnswersBeforeKill = 60;

std::string Body(const std::string& reference, int number) {
  return absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","custId":"c","status":")",
                      number % 2 == 0 ? "approved" : "rejected",
                      R"(","additionalInfo":{"type":"upgrade_account","benefits":["b)", number,
                      R"("]}})");
}

// Events by "reference/benefit", which names each notification.
std::string NameOf(const UpgradeEvent& event) {
  return absl::StrCat(event.original_reference_no(), "/", event.benefits(0));
}

// Reads what there is after `cursor` into `seen`, each event once, in order. The new cursor.
std::string Follow(uint16_t port, const std::string& cursor, std::vector<UpgradeEvent>& seen) {
  const auto stub = UpgradeNotificationService::NewStub(OpenChannel(port));
  grpc::ClientContext context;
  WatchUpgradesRequest request;
  request.set_stop_when_caught_up(true);
  if (cursor.empty()) {
    request.set_from(::netzme::v1::FROM_EARLIEST);
  } else {
    request.set_cursor(cursor);
  }
  const auto stream = stub->WatchUpgrades(&context, request);
  WatchUpgradesResponse response;
  std::string newest = cursor;
  while (stream->Read(&response)) {
    for (const UpgradeEvent& event : response.events().events()) seen.push_back(event);
    newest = response.cursor();
  }
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return newest;
}

// Posts from several connections until the process is gone; every 200 goes into `answered`.
void PostUntilKilled(Gateway& gateway, int round, std::set<std::string>& answered) {
  std::mutex mutex;
  std::atomic<int> answers = 0;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&, sender] {
      const std::string reference = absl::StrCat("r", sender % 3);  // Two senders each.
      for (int i = 0;; ++i) {
        const int number = (round * kSenders + sender) * 100'000 + i;
        const HttpAnswer answer = Post(
            gateway.webhook_port(), "/v1.0/snap/account/upgrade/notify",
            {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
            Body(reference, number));
        if (answer.status != 200) return;
        const std::lock_guard<std::mutex> lock(mutex);
        answered.insert(absl::StrCat(reference, "/b", number));
        if (++answers == kAnswersBeforeKill) gateway.process().Kill();
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
}

TEST(KillTest, EveryAnsweredNotificationIsThereOnceAndAStreamMissesNone) {
  GatewayFiles files;
  files.Configure({});
  std::set<std::string> answered;
  std::vector<UpgradeEvent> followed;
  std::string cursor;
  for (int round = 0; round < kRounds; ++round) {
    Gateway gateway(files);
    cursor = Follow(gateway.grpc_port(), cursor, followed);
    PostUntilKilled(gateway, round, answered);
  }
  Gateway gateway(files);
  Follow(gateway.grpc_port(), cursor, followed);
  std::vector<UpgradeEvent> all;
  Follow(gateway.grpc_port(), "", all);

  std::map<std::string, int> times;
  std::map<std::string, int64_t> revisions;
  for (const UpgradeEvent& event : all) {
    ++times[NameOf(event)];
    EXPECT_EQ(event.revision(), ++revisions[event.original_reference_no()]);
  }
  for (const std::string& name : answered) EXPECT_EQ(times[name], 1) << name;
  EXPECT_GE(answered.size(), size_t{kRounds * kAnswersBeforeKill});
  ASSERT_EQ(followed.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(followed[i].event_id(), all[i].event_id());
  }
}

}  // namespace
}  // namespace kyc::tests
