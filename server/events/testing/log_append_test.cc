// What the log promises to those who append to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/util/time_util.h"
#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::google::protobuf::util::TimeUtil;
using ::netzme::v1::UpgradeEvent;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogAppendTest : public testing::Test {
 protected:
  void Reopen() {
    log_.reset();
    EngineOptions options;
    options.clocks = [this] { return RightClocksAt(absl::FromUnixMicros(now_us_)); };
    options.before_commit = gate_.Hook();
    options.max_waiting = 100;
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
  }
  void SetUp() override { Reopen(); }

  Appended Append(const std::string& reference, const std::string& status,
                  const std::string& cust_id = "") {
    return events::Append(*log_, reference, status, cust_id);
  }
  Event Latest(const std::string& reference) {
    const absl::StatusOr<absl::optional<Event>> latest = log_->Latest(reference, "");
    EXPECT_TRUE(latest.ok() && latest->has_value()) << latest.status();
    return latest.ok() ? latest->value_or(Event()) : Event();
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  CommitGate gate_;
  std::atomic<int64_t> now_us_ = 1'700'000'000'000'000;
  std::unique_ptr<EventLog> log_;
};

TEST_F(LogAppendTest, NewLogIsEmpty) {
  EXPECT_EQ(log_->ends().oldest, Position());
  EXPECT_EQ(log_->ends().newest, Position());
  EXPECT_THAT(ReadAll(*log_), IsEmpty());
  EXPECT_FALSE((*log_->Latest("R1", "")).has_value());
  EXPECT_EQ(*log_->Before(absl::UnixEpoch()), Position());
  EXPECT_EQ(log_->log_id().size(), 16u);
}

TEST_F(LogAppendTest, EveryFieldComesBack) {
  UpgradeEvent notification = Notification("R1", "under review", "C1");
  notification.add_reject_reasons("blurred");
  notification.add_benefits("transfer");
  notification.set_mother_maiden_name("Siti");
  notification.set_identification_card_image_url("https://images/ktp");
  notification.set_selfie_image_url("https://images/selfie");
  notification.set_raw_body(std::string("{\0}", 3));
  notification.add_anomalies(::netzme::v1::ANOMALY_UNKNOWN_STATUS);
  ASSERT_TRUE(TryAppend(*log_, notification).ok());

  UpgradeEvent stored = Latest("R1").event;
  EXPECT_EQ(stored.event_id().size(), 36u);
  notification.set_event_id(stored.event_id());
  notification.set_sequence(1);
  notification.set_revision(1);
  *notification.mutable_received_time() = TimeUtil::MicrosecondsToTimestamp(now_us_);
  EXPECT_TRUE(MessageDifferencer::Equals(stored, notification)) << stored.DebugString();
}

TEST_F(LogAppendTest, RevisionsCountPerReferenceAndKnowTheStatusBefore) {
  EXPECT_EQ(Append("R1", "rejected").revision, 1);
  EXPECT_EQ(Append("R2", "approved").revision, 1);
  EXPECT_EQ(Append("R1", "approved").revision, 2);
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/rejected@1", "2:R2/approved@1", "3:R1/approved@2"));
  EXPECT_EQ(Latest("R1").event.previous_status(), ::netzme::v1::UPGRADE_STATUS_REJECTED);
  EXPECT_EQ(Latest("R2").event.previous_status(), ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED);
}

TEST_F(LogAppendTest, SameContentAsTheLatestAppendsNothing) {
  const Appended first = Append("R1", "approved");
  UpgradeEvent again = Notification("R1", "approved");
  again.set_raw_body("{ \"originalReferenceNo\" : \"R1\" }");
  const absl::StatusOr<Appended> repeat = TryAppend(*log_, again);
  ASSERT_TRUE(repeat.ok());
  EXPECT_TRUE(repeat->repeat);
  EXPECT_EQ(repeat->sequence, first.sequence);
  EXPECT_EQ(repeat->revision, 1);
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1"));
  EXPECT_EQ(metrics_.repeats, 1);
}

TEST_F(LogAppendTest, AnyFieldThatDiffersIsNewContent) {
  Append("R1", "approved", "C1");
  EXPECT_FALSE(Append("R1", "approved", "C2").repeat);
  UpgradeEvent benefits = Notification("R1", "approved", "C2");
  benefits.add_benefits("transfer");
  EXPECT_FALSE(TryAppend(*log_, benefits)->repeat);
  UpgradeEvent type = benefits;
  type.set_type("cdd");
  EXPECT_FALSE(TryAppend(*log_, type)->repeat);
}

TEST_F(LogAppendTest, BodyCountsWhereAFieldWasLeftOut) {
  UpgradeEvent first = Notification("R1", "rejected");
  first.add_anomalies(::netzme::v1::ANOMALY_FIELD_TOO_LONG);
  first.set_raw_body("long reason one");
  UpgradeEvent second = first;
  second.set_raw_body("long reason two");
  ASSERT_TRUE(TryAppend(*log_, first).ok());
  EXPECT_TRUE(TryAppend(*log_, first)->repeat);
  EXPECT_FALSE(TryAppend(*log_, second)->repeat);
}

TEST_F(LogAppendTest, ReturnToAnOlderContentIsAnEventWithAnAnomaly) {
  Append("R1", "approved");
  Append("R1", "rejected");
  EXPECT_THAT(Latest("R1").event.anomalies(), IsEmpty());
  EXPECT_FALSE(Append("R1", "approved").repeat);
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1", "2:R1/rejected@2", "3:R1/approved@3"));
  EXPECT_THAT(Latest("R1").event.anomalies(),
              ElementsAre(::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY));
  EXPECT_FALSE(Append("R2", "approved").repeat) << "another reference has nothing to do with it";
  EXPECT_THAT(Latest("R2").event.anomalies(), IsEmpty());
}

TEST_F(LogAppendTest, TwoAccountsSameReferenceIsTwoReferences) {
  const auto of = [](const char* account, const char* status) {
    UpgradeEvent event = Notification("R1", status);
    event.set_account(account);
    return event;
  };
  EXPECT_EQ(TryAppend(*log_, of("main", "approved"))->revision, 1);
  const Appended other = TryAppend(*log_, of("other", "approved")).value();
  EXPECT_FALSE(other.repeat);
  EXPECT_EQ(other.revision, 1);
  EXPECT_TRUE(TryAppend(*log_, of("main", "approved"))->repeat);
  EXPECT_EQ(TryAppend(*log_, of("main", "rejected"))->revision, 2);
  EXPECT_EQ(TryAppend(*log_, of("main", "later"))->revision, 3);
  EXPECT_EQ(TryAppend(*log_, of("other", "later"))->revision, 2);
  EXPECT_EQ(TryAppend(*log_, of("other", "rejected"))->revision, 3);
  const auto latest = log_->Latest("R1", "other");
  ASSERT_TRUE(latest.ok()) << latest.status();
  EXPECT_EQ((*latest)->event.status_text(), "rejected");
  EXPECT_EQ((*latest)->event.previous_status(), ::netzme::v1::UPGRADE_STATUS_OTHER);
  EXPECT_THAT((*latest)->event.anomalies(), IsEmpty()) << "main's is no older one of other's";
  EXPECT_EQ((*log_->Latest("R1", "main"))->event.status_text(), "later");
  EXPECT_FALSE(log_->Latest("R1", "third")->has_value());
  EXPECT_EQ(ReasonOf(log_->Latest("R1", "").status()), "INVALID_REQUEST");
}

TEST_F(LogAppendTest, WhatWaitsTogetherSharesOneCommitAndIsJudgedInOrder) {
  gate_.Shut();
  std::vector<Pending> pending;
  pending.push_back(StartAppend(*log_, Notification("R0", "approved")));
  gate_.AwaitArrival();
  for (const char* status : {"approved", "approved", "rejected", "approved"}) {
    pending.push_back(StartAppend(*log_, Notification("R1", status)));
  }
  gate_.Open();
  std::vector<std::string> answers;
  for (Pending& each : pending) {
    const Appended appended = each.get().value();
    answers.push_back(
        absl::StrCat(appended.sequence, "@", appended.revision, appended.repeat ? " repeat" : ""));
  }
  EXPECT_THAT(answers, ElementsAre("1@1", "2@1", "2@1 repeat", "3@2", "4@3"));
  EXPECT_EQ(metrics_.commits, 2);
}

TEST_F(LogAppendTest, NothingIsAnsweredOrVisibleBeforeItsCommit) {
  gate_.Shut();
  Pending original = StartAppend(*log_, Notification("R1", "approved"));
  Pending repeat = StartAppend(*log_, Notification("R1", "approved"));
  gate_.AwaitArrival();
  EXPECT_EQ(original.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(repeat.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(log_->ends().newest, Position());
  EXPECT_THAT(ReadAll(*log_), IsEmpty());
  gate_.Open();
  EXPECT_FALSE(original.get()->repeat);
  EXPECT_TRUE(repeat.get()->repeat);
}

TEST_F(LogAppendTest, TooManyWaitingAreRefusedAtOnce) {
  gate_.Shut();
  std::vector<Pending> pending;
  pending.push_back(StartAppend(*log_, Notification("R0", "approved")));
  gate_.AwaitArrival();
  for (int i = 1; i <= 100; ++i) {
    pending.push_back(StartAppend(*log_, Notification(absl::StrCat("R", i), "approved")));
  }
  const absl::Status refused = TryAppend(*log_, Notification("R101", "approved")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "GATEWAY_OVERLOADED");
  gate_.Open();
  for (Pending& each : pending) EXPECT_TRUE(each.get().ok());
  EXPECT_EQ(ReadAll(*log_).size(), 101u);
}

TEST_F(LogAppendTest, WhatWaitsWhenTheLogIsDeletedIsStillWritten) {
  gate_.Shut();
  Pending first = StartAppend(*log_, Notification("R1", "approved"));
  gate_.AwaitArrival();
  Pending second = StartAppend(*log_, Notification("R2", "approved"));
  gate_.Open();
  Reopen();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_EQ(ReadAll(*log_).size(), 2u);
}

TEST_F(LogAppendTest, NotificationWithoutReferenceOrStatusIsABug) {
  EXPECT_EQ(ReasonOf(TryAppend(*log_, Notification("", "approved")).status()), "GATEWAY_BUG");
  UpgradeEvent no_status = Notification("R1", "approved");
  no_status.clear_status();
  EXPECT_EQ(ReasonOf(TryAppend(*log_, no_status).status()), "GATEWAY_BUG");
}

TEST_F(LogAppendTest, CommittedEventsAreToldAsTheyAreRead) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Event> told;
  log_->SetOnCommitted([&](std::shared_ptr<const std::vector<Event>> events) {
    const std::lock_guard<std::mutex> lock(mutex);
    told.insert(told.end(), events->begin(), events->end());
    changed.notify_one();
  });
  Append("R1", "approved", "C1");
  Append("R1", "approved", "C1");
  Append("R1", "rejected", "C1");
  const std::vector<Event> read = log_->ReadAfter({}, 100, {})->events;
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return told.size() >= 2; });
  ASSERT_THAT(Lines(told), ElementsAre("1:R1/approved@1", "2:R1/rejected@2"));
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals(told[i].event, read[i].event));
    EXPECT_EQ(told[i].position, read[i].position);
  }
  EXPECT_EQ(log_->ends().newest, read.back().position);
}

TEST_F(LogAppendTest, ReceivedTimeNeverRunsBackwards) {
  Append("R1", "approved");
  now_us_ -= 5'000'000;
  Append("R2", "approved");
  Reopen();
  Append("R3", "approved");
  const std::vector<Event> events = log_->ReadAfter({}, 100, {})->events;
  for (const Event& event : events) {
    EXPECT_EQ(TimeUtil::TimestampToMicroseconds(event.event.received_time()),
              1'700'000'000'000'000);
  }
}

TEST_F(LogAppendTest, EverythingIsThereAfterReopening) {
  const std::string log_id = log_->log_id();
  Append("R1", "approved");
  Append("R2", "rejected");
  const Ends ends = log_->ends();
  const std::string signature = log_->Sign("text");
  Reopen();
  EXPECT_EQ(log_->log_id(), log_id);
  EXPECT_EQ(log_->ends().newest, ends.newest);
  EXPECT_EQ(log_->ends().oldest, ends.oldest);
  EXPECT_EQ(log_->Sign("text"), signature);
  EXPECT_TRUE(Append("R1", "approved").repeat);
  EXPECT_EQ(Append("R2", "approved").revision, 2);
  EXPECT_THAT(ReadAll(*log_), ElementsAre("1:R1/approved@1", "2:R2/rejected@1", "3:R2/approved@2"));
}

}  // namespace
}  // namespace kyc::events
