#include "server/events/jetstream/jetstream_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/jetstream/api.h"
#include "server/events/jetstream/jetstream_testing.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// From now on the stream stores without telling who published.
void AcknowledgeNothing(Connection& connection) {
  const absl::StatusOr<Message> info = connection.Request(StreamInfoSubject("KYC"), "", kPatience);
  ASSERT_TRUE(info.ok()) << info.status();
  const size_t begin = info->data.find(R"("config":{)") + 10;
  const std::string config = info->data.substr(begin, info->data.find(R"(,"created":)") - begin);
  const absl::StatusOr<Message> updated = connection.Request(
      "$JS.API.STREAM.UPDATE.KYC", absl::StrCat(R"({"no_ack":true,)", config), kPatience);
  ASSERT_TRUE(updated.ok()) << updated.status();
  ASSERT_THAT(updated->data, HasSubstr(R"("no_ack":true)"));
}

class JetStreamLogTest : public OneServerTest {};

INSTANTIATE_TEST_SUITE_P(NatsServer, JetStreamLogTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Current" : "Debians"; });

TEST_P(JetStreamLogTest, AppendsAreJudgedAndRead) {
  const auto log = OpenLog(Options());
  EXPECT_EQ(Append(*log, "R1", "approved").revision, 1);
  EXPECT_EQ(Append(*log, "R1", "rejected").revision, 2);
  EXPECT_EQ(Append(*log, "R2", "approved").revision, 1);
  const Appended repeat = Append(*log, "R1", "rejected");
  EXPECT_TRUE(repeat.repeat);
  EXPECT_EQ(repeat.sequence, 2);
  EXPECT_EQ(Append(*log, "R1", "approved").revision, 3);

  AwaitSequence(*log, 4);
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R1/approved@1", "2:R1/rejected@2", "3:R2/approved@1",
                                         "4:R1/approved@3"));
  const absl::StatusOr<absl::optional<Event>> latest = log->Latest("R1", "");
  ASSERT_TRUE(latest.ok() && latest->has_value());
  EXPECT_EQ((*latest)->event.previous_status(), ::netzme::v1::UPGRADE_STATUS_REJECTED);
  EXPECT_THAT((*latest)->event.anomalies(), ElementsAre(::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY));
  EXPECT_EQ((*latest)->event.raw_body(), Notification("R1", "approved").raw_body());
  EXPECT_EQ(metrics_.appended, 4);
  EXPECT_EQ(metrics_.repeats, 1);
}

TEST_P(JetStreamLogTest, NothingPersonalIsInClear) {
  {
    const auto log = OpenLog(Options());
    Append(*log, "REFERENCE-IN-CLEAR", "approved", "CUSTOMER-IN-CLEAR");
  }
  servers_->Kill(0);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(servers_->store(0))) {
    if (!entry.is_regular_file()) continue;
    ++files;
    EXPECT_THAT(Contents(entry.path()), Not(HasSubstr("IN-CLEAR"))) << entry.path();
  }
  EXPECT_GT(files, 0);
}

TEST_P(JetStreamLogTest, AnotherLookupKeyIsRefused) {
  OpenLog(Options());
  JetStreamLogOptions options = Options();
  options.lookup_key = KeyNamed("another");
  EXPECT_THAT(JetStreamLog::Open(options).status().message(), HasSubstr("look-up key"));
}

TEST_P(JetStreamLogTest, AnotherApplicationsStreamIsRefused) {
  const StreamPlan plan = {.name = "KYC",
                           .subject_prefix = "kyc.upgrade",
                           .description = "mine",
                           .replicas = 1,
                           .max_age = absl::Hours(1)};
  const absl::StatusOr<Message> made =
      Connect(*servers_)->Request(StreamCreateSubject("KYC"), StreamCreateRequest(plan), kPatience);
  ASSERT_TRUE(made.ok() && ReadStreamInfo(*made).ok());
  EXPECT_THAT(JetStreamLog::Open(Options()).status().message(), HasSubstr("another application"));
}

TEST_P(JetStreamLogTest, SyncedIsRefusedByServersWithoutIt) {
  JetStreamLogOptions options = Options();
  options.stream.synced = true;
  const absl::Status status = JetStreamLog::Open(options).status();
  if (GetParam()) {
    EXPECT_TRUE(status.ok()) << status;
  } else {
    EXPECT_THAT(status.message(), HasSubstr("older than 2.10"));
  }
}

TEST_P(JetStreamLogTest, FewerReplicasThanAskedForAreRefused) {
  OpenLog(Options());
  JetStreamLogOptions options = Options();
  options.stream.replicas = 3;
  EXPECT_THAT(JetStreamLog::Open(options).status().message(), HasSubstr("1 replicas"));
}

TEST_P(JetStreamLogTest, AppendsFailInTimeWhileTheServerIsGoneAndGoOnAfterwards) {
  JetStreamLogOptions options = Options();
  options.publish_timeout = absl::Milliseconds(500);
  const auto log = OpenLog(options);
  Append(*log, "R1", "approved");
  servers_->Kill(0);
  const absl::Status gone = TryAppend(*log, Notification("R1", "rejected")).status();
  EXPECT_EQ(ReasonOf(gone), "LOG_UNREACHABLE") << gone;
  EXPECT_FALSE(log->writable());
  servers_->Start(0);
  const Appended appended = AppendWhatever(*log, Notification("R1", "rejected"));
  EXPECT_EQ(appended.revision, 2);
  AwaitSequence(*log, appended.sequence);
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R1/approved@1", "2:R1/rejected@2"));
}

TEST_P(JetStreamLogTest, AppendsFailInTimeWhileTheServerIsFrozen) {
  JetStreamLogOptions options = Options();
  options.publish_timeout = absl::Milliseconds(500);
  const auto log = OpenLog(options);
  servers_->Freeze(0);
  std::vector<Pending> pending;
  for (int i = 0; i < 300; ++i) {
    ::netzme::v1::UpgradeEvent notification = Notification(absl::StrCat("R", i), "approved");
    notification.set_raw_body(std::string(60'000, 'x'));
    pending.push_back(StartAppend(*log, std::move(notification)));
  }
  for (Pending& each : pending) EXPECT_EQ(ReasonOf(each.get().status()), "LOG_UNREACHABLE");
  servers_->Thaw(0);
  EXPECT_EQ(AppendWhatever(*log, Notification("R1", "rejected")).revision, 1);
}

TEST_P(JetStreamLogTest, AppendWhoseAnswerIsLostIsStoredOnceThoughAnothersFollows) {
  JetStreamLogOptions options = Options();
  options.publish_timeout = absl::Seconds(10);
  const auto log = OpenLog(options);
  const auto another = OpenLog(Options());
  AcknowledgeNothing(*Connect(*servers_));
  Pending first = StartAppend(*log, Notification("R1", "approved"));
  AwaitSequence(*another, 1);
  Pending second = StartAppend(*another, Notification("R1", "rejected"));
  const absl::StatusOr<Appended> appended = first.get();
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->revision, 1);
  EXPECT_EQ(appended->sequence, 1);
  EXPECT_FALSE(appended->repeat);
  ASSERT_TRUE(second.get().ok());
  EXPECT_THAT(ReadAll(*another), ElementsAre("1:R1/approved@1", "2:R1/rejected@2"));
}

TEST_P(JetStreamLogTest, TooManyWaitingAreRefused) {
  JetStreamLogOptions options = Options();
  options.publish_timeout = absl::Milliseconds(500);
  options.max_waiting = 1;
  const auto log = OpenLog(options);
  servers_->Freeze(0);
  Pending first = StartAppend(*log, Notification("R1", "approved"));
  const absl::Status refused = TryAppend(*log, Notification("R2", "approved")).status();
  EXPECT_EQ(ReasonOf(refused), "GATEWAY_OVERLOADED") << refused;
  first.wait();
  servers_->Thaw(0);
}

TEST_P(JetStreamLogTest, GatewayThatDoesNotFollowAppendsButDoesNotRead) {
  JetStreamLogOptions options = Options();
  options.follows = false;
  const auto log = OpenLog(options);
  EXPECT_EQ(Append(*log, "R1", "approved").sequence, 1);
  EXPECT_EQ(ReasonOf(log->Latest("R1", "").status()), "LOG_UNREACHABLE");
  EXPECT_EQ(Keep(*log, "body"), absl::OkStatus());
}

}  // namespace
}  // namespace kyc::events::jetstream
