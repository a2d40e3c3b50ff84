// The quarantine of each engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

class QuarantineMetrics : public CountingMetrics {
 public:
  void QuarantineUsed(double ratio) override { used = ratio; }
  void QuarantineAged(int64_t entries) override { aged += entries; }

  std::atomic<double> used = -1;
  std::atomic<int64_t> aged = 0;
};

class LogQuarantineTest : public testing::Test {
 protected:
  void Reopen() {
    opened_.log.reset();
    EngineOptions options;
    options.quarantine = limits_;
    options.trim_interval = absl::Milliseconds(10);
    options.clocks = [this] { return RightClocksAt(absl::FromUnixSeconds(now_s_)); };
    options.before_commit = [this] { const absl::MutexLock go(&commits_); };
    options.log = [this](absl::string_view line) {
      const absl::MutexLock lock(&mutex_);
      lines_.emplace_back(line);
    };
    auto opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    opened_ = *std::move(opened);
    log_ = opened_.quarantine;
  }
  void SetUp() override { Reopen(); }

  std::vector<QuarantinedBody> List(int64_t after = 0, int limit = 10) {
    return log_->ListQuarantined(after, limit).value();
  }
  void ExpectFull(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(ReasonOf(status), "QUARANTINE_FULL");
  }

  static BodyToKeep Of(const std::string& account, const std::string& body) {
    return {.owner = {.account = account}, .answer = "4000000 Bad Request", .body = body};
  }
  absl::Status Mark(int64_t id) {
    std::promise<absl::Status> promise;
    log_->MarkRedriven(id, {.time = absl::FromUnixSeconds(7), .caller = "operator", .sequence = 5},
                       [&promise](absl::Status status) { promise.set_value(std::move(status)); });
    return promise.get_future().get();
  }
  std::vector<std::string> Bodies() {
    std::vector<std::string> bodies;
    for (const QuarantinedBody& entry : List()) {
      bodies.push_back(log_->GetQuarantined(entry.id)->body);
    }
    return bodies;
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  QuarantineLimits limits_ = {.max_entries = 3, .max_bytes = 100};
  std::atomic<int64_t> now_s_ = 1'700'000'000;
  absl::Mutex commits_;  // Who holds it keeps the log from committing.
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
  QuarantineMetrics metrics_;
  OpenedEngine opened_;
  Quarantine* log_ = nullptr;
};

TEST_F(LogQuarantineTest, KeptBodyComesBackWithAllThatIsKnownOfIt) {
  ASSERT_TRUE(Keep(*log_, "{broken", "4000000 Bad Request").ok());
  Reopen();
  const std::vector<QuarantinedBody> entries = List();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].body, "") << "lists hold no bodies";
  const QuarantinedBody entry = log_->GetQuarantined(entries[0].id).value();
  EXPECT_EQ(entry.body, "{broken");
  EXPECT_EQ(entry.answer, "4000000 Bad Request");
  EXPECT_EQ(entry.owner.account, "main");
  EXPECT_EQ(entry.size_bytes, 7);
  EXPECT_EQ(entry.times_received, 1);
  EXPECT_EQ(entry.received_time, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(metrics_.quarantined, 1);
}

TEST_F(LogQuarantineTest, SameBodyIsKeptOnceAndCounted) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Keep(*log_, "{broken").ok());
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].times_received, 3);
}

TEST_F(LogQuarantineTest, BodyThatIsDiscardedMeanwhileIsSaidToBeKeptOnlyIfItIsThere) {
  ASSERT_TRUE(Keep(*log_, "a").ok());
  const int64_t id = List()[0].id;
  std::promise<absl::Status> discarded, kept;
  {
    const absl::MutexLock stands_still(&commits_);
    log_->Keep(Of("main", "b"), [](const absl::Status&) {});  // The next two then share a commit.
    log_->Discard(id, [&](absl::Status status) { discarded.set_value(std::move(status)); });
    log_->Keep(Of("main", "a"), [&](absl::Status status) { kept.set_value(std::move(status)); });
  }
  EXPECT_TRUE(discarded.get_future().get().ok());
  const bool is_there = kept.get_future().get().ok();
  EXPECT_EQ(Bodies(),
            is_there ? std::vector<std::string>({"b", "a"}) : std::vector<std::string>({"b"}));
  EXPECT_TRUE(Keep(*log_, "a").ok()) << "it is sent again";
  EXPECT_EQ(Bodies(), std::vector<std::string>({"b", "a"}));
}

TEST_F(LogQuarantineTest, TooManyEntriesAreRefusedUntilOneGoes) {
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(Keep(*log_, body).ok());
  ExpectFull(Keep(*log_, "d"));
  EXPECT_EQ(metrics_.quarantine_refused, 1);
  EXPECT_TRUE(Keep(*log_, "a").ok()) << "a known body needs no place";
  Reopen();
  ExpectFull(Keep(*log_, "d"));
  ASSERT_TRUE(Discard(*log_, List()[0].id).ok());
  EXPECT_TRUE(Keep(*log_, "d").ok());
}

TEST_F(LogQuarantineTest, TooManyBytesAreRefusedUntilSomeGo) {
  ASSERT_TRUE(Keep(*log_, std::string(60, 'a')).ok());
  ExpectFull(Keep(*log_, std::string(41, 'b')));
  EXPECT_TRUE(Keep(*log_, std::string(40, 'b')).ok());
  Reopen();
  ExpectFull(Keep(*log_, "c"));
  ASSERT_TRUE(Discard(*log_, List()[0].id).ok());
  EXPECT_TRUE(Keep(*log_, std::string(60, 'c')).ok());
}

TEST_F(LogQuarantineTest, ListGoesOnAfterAnId) {
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(Keep(*log_, body).ok());
  const std::vector<QuarantinedBody> first = List(0, 2);
  ASSERT_EQ(first.size(), 2u);
  const std::vector<QuarantinedBody> rest = List(first[1].id, 2);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(log_->GetQuarantined(rest[0].id)->body, "c");
}

TEST_F(LogQuarantineTest, DiscardedIdIsGoneAndNeverUsedAgain) {
  ASSERT_TRUE(Keep(*log_, "a").ok());
  const int64_t id = List()[0].id;
  ASSERT_TRUE(Discard(*log_, id).ok());
  EXPECT_EQ(ReasonOf(Discard(*log_, id)), "QUARANTINED_NOT_FOUND");
  EXPECT_EQ(log_->GetQuarantined(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(log_->GetQuarantined(id).status()), "QUARANTINED_NOT_FOUND");
  ASSERT_TRUE(Keep(*log_, "b").ok());
  EXPECT_GT(List()[0].id, id);
}

TEST_F(LogQuarantineTest, AccountThatFillsItsShareTakesNoneOfAnothers) {
  limits_ = {.max_entries = 4, .max_bytes = 1000, .accounts = {"main", "other"}};
  Reopen();
  for (const char* body : {"a", "b"}) ASSERT_TRUE(Keep(*log_, Of("main", body)).ok());
  ExpectFull(Keep(*log_, Of("main", "c")));
  for (const char* body : {"a", "b"}) EXPECT_TRUE(Keep(*log_, Of("other", body)).ok());
  Reopen();
  ExpectFull(Keep(*log_, Of("other", "c")));
  EXPECT_EQ(List().size(), 4u) << "the same body of two accounts is two entries";
}

TEST_F(LogQuarantineTest, RedrivenEntryTellsSoAndTakesNoRoom) {
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(Keep(*log_, body).ok());
  const int64_t second = List()[1].id;
  ASSERT_TRUE(Mark(second).ok());
  EXPECT_TRUE(Keep(*log_, "d").ok());
  ExpectFull(Keep(*log_, "e"));
  Reopen();
  ExpectFull(Keep(*log_, "e"));
  const QuarantinedBody entry = log_->GetQuarantined(second).value();
  ASSERT_TRUE(entry.redriven.has_value());
  EXPECT_EQ(entry.redriven->caller, "operator");
  EXPECT_EQ(entry.redriven->sequence, 5);
  EXPECT_EQ(entry.redriven->time, absl::FromUnixSeconds(7));
  EXPECT_EQ(entry.body, "b");
  EXPECT_FALSE(List()[0].redriven.has_value());
  EXPECT_TRUE(Mark(second).ok()) << "again";
  ExpectFull(Keep(*log_, "e"));
  ASSERT_TRUE(Discard(*log_, second).ok());
  ExpectFull(Keep(*log_, "e"));
  EXPECT_EQ(ReasonOf(Mark(second)), "QUARANTINED_NOT_FOUND");
}

TEST_F(LogQuarantineTest, OfWhatWasRedrivenTheNewestShareStays) {
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(Keep(*log_, body).ok());
    ASSERT_TRUE(Mark(List().back().id).ok());
  }
  EXPECT_THAT(Bodies(), testing::ElementsAre("c", "d", "e"));
  ASSERT_TRUE(Keep(*log_, std::string(98, 'f')).ok());
  ASSERT_TRUE(Mark(List().back().id).ok());
  EXPECT_THAT(Bodies(), testing::ElementsAre("d", "e", std::string(98, 'f'))) << "100 bytes";
}

TEST_F(LogQuarantineTest, EntriesGoAtTheirAge) {
  limits_.max_age = absl::Seconds(10);
  Reopen();
  ASSERT_TRUE(Keep(*log_, "a").ok());
  now_s_ += 6;
  ASSERT_TRUE(Keep(*log_, "b").ok());
  now_s_ += 5;
  while (metrics_.aged < 1) std::this_thread::yield();
  EXPECT_THAT(Bodies(), testing::ElementsAre("b"));
  {
    const absl::MutexLock lock(&mutex_);
    EXPECT_THAT(lines_, testing::Contains("quarantine: 1 entries removed because of their age"));
  }
  now_s_ += 10;
  while (metrics_.aged < 2) std::this_thread::yield();
  EXPECT_THAT(Bodies(), testing::IsEmpty());
}

TEST_F(LogQuarantineTest, HowMuchIsUsedIsToldFromTheStartOn) {
  EXPECT_EQ(metrics_.used, -1) << "nothing has changed";
  ASSERT_TRUE(Keep(*log_, std::string(80, 'a')).ok());
  EXPECT_DOUBLE_EQ(log_->used_ratio(), 0.8);
  EXPECT_DOUBLE_EQ(metrics_.used, 0.8);
  metrics_.used = -1;
  Reopen();
  EXPECT_DOUBLE_EQ(log_->used_ratio(), 0.8);
  EXPECT_DOUBLE_EQ(metrics_.used, 0.8);
  ASSERT_TRUE(Discard(*log_, List()[0].id).ok());
  EXPECT_EQ(log_->used_ratio(), 0);
}

TEST_F(LogQuarantineTest, KindsAreListedTogetherOrApart) {
  ASSERT_TRUE(Keep(*log_, "a").ok());
  ASSERT_TRUE(Keep(*log_, {.owner = {QuarantinedKind::kReply, "main", "widekyc id-recognize"},
                           .answer = "HTTP 200: odd",
                           .body = "a",
                           .request_id = "request-1"})
                  .ok());
  EXPECT_EQ(List().size(), 2u) << "the same bytes of two kinds are two entries";
  const auto replies = log_->ListQuarantined(0, 10, QuarantinedKind::kReply).value();
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].owner.source, "widekyc id-recognize");
  EXPECT_EQ(replies[0].request_id, "request-1");
  const auto others = log_->ListQuarantined(0, 10, QuarantinedKind::kNotification).value();
  ASSERT_EQ(others.size(), 1u);
  EXPECT_LT(others[0].id, replies[0].id);
  EXPECT_EQ(metrics_.quarantined, 1) << "of notifications only";
}

}  // namespace
}  // namespace kyc::events
