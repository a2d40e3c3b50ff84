// What every engine promises of calls' keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/log_keys.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {

void PrintTo(KeyFound found, std::ostream* out) { *out << static_cast<int>(found); }

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LogCallKeysTest : public testing::Test {
 protected:
  void Reopen(Engine* engine = nullptr) {
    log_.reset();
    EngineOptions options;
    options.clocks = [this] {
      ++clock_reads_;
      return ClockReading{absl::FromUnixSeconds(wall_s_.load()),
                          absl::Seconds(since_boot_s_.load())};
    };
    options.boot_id = boot_id_;
    options.trim_interval = absl::Milliseconds(1);
    absl::StatusOr<OpenedEngine> opened =
        (engine ? engine : engine_.get())->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
    keys_ = opened->call_keys;
  }
  void SetUp() override { Reopen(); }

  // Of a text that its key, content and subject are made of.
  static CallKey KeyOf(const std::string& text, const std::string& content = "content",
                       const std::string& subject = "") {
    const auto padded = [](std::string of) { return (of + std::string(16, '.')).substr(0, 16); };
    return {padded(text), padded(content),
            subject.empty() ? padded("nobody") : SubjectDigest(subject)};
  }
  static std::string SubjectDigest(const std::string& subject);

  KeyClaim Claim(const CallKey& key) {
    std::promise<absl::StatusOr<KeyClaim>> claimed;
    keys_->Claim(key, absl::Seconds(60),
                 [&](absl::StatusOr<KeyClaim> claim) { claimed.set_value(std::move(claim)); });
    absl::StatusOr<KeyClaim> claim = claimed.get_future().get();
    EXPECT_TRUE(claim.ok()) << claim.status();
    return claim.value_or(KeyClaim());
  }
  KeyFound Found(const CallKey& key) { return Claim(key).found; }
  void Settle(const CallKey& key, KeyEnd end) {
    std::promise<absl::Status> settled;
    keys_->Settle(key, std::move(end),
                  [&](absl::Status status) { settled.set_value(std::move(status)); });
    EXPECT_TRUE(settled.get_future().get().ok());
  }
  void Answer(const CallKey& key, const std::string& answer) {
    Settle(key, {KeyEnd::Kind::kAnswered, answer});
  }
  // Until retention has had its turns since: each reads the clock, and so does each pause.
  void AwaitTurns() {
    const int64_t before = clock_reads_;
    while (clock_reads_ < before + 12) std::this_thread::yield();
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  std::atomic<int64_t> wall_s_ = 1'700'000'000;
  std::atomic<int64_t> since_boot_s_ = 1000;
  std::atomic<int64_t> clock_reads_ = 0;
  std::string boot_id_ = "boot 1..........";
  std::unique_ptr<EventLog> log_;
  CallKeys* keys_ = nullptr;
};

std::string LogCallKeysTest::SubjectDigest(const std::string& subject) {
  return LookupDigest(LogKeys(KeyNamed("lookup")).call.subject, subject);
}

TEST_F(LogCallKeysTest, AKeyIsClaimedOnceThenAnsweredForEver) {
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kClaimed);
  Answer(KeyOf("a"), "the answer");
  for (int i = 0; i < 3; ++i) {
    const KeyClaim again = Claim(KeyOf("a"));
    EXPECT_EQ(again.found, KeyFound::kAnswered);
    EXPECT_EQ(again.answer, "the answer");
  }
  Reopen();
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
}

TEST_F(LogCallKeysTest, AnAnswerOfAnySizeComesBackAsItWas) {
  const std::string large(3 << 20, '\xfe');
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kClaimed);
  Answer(KeyOf("a"), large);
  EXPECT_EQ(Found(KeyOf("b")), KeyFound::kClaimed);
  Answer(KeyOf("b"), "");
  Reopen();
  EXPECT_EQ(Claim(KeyOf("a")).answer, large);
  EXPECT_EQ(Found(KeyOf("b")), KeyFound::kAnswered);
  EXPECT_EQ(Claim(KeyOf("b")).answer, "");
}

TEST_F(LogCallKeysTest, OtherContentIsToldInEveryState) {
  Claim(KeyOf("a"));
  EXPECT_EQ(Found(KeyOf("a", "other")), KeyFound::kReused);
  Answer(KeyOf("a"), "the answer");
  EXPECT_EQ(Found(KeyOf("a", "other")), KeyFound::kReused);
  Answer(KeyOf("a", "other"), "not its own");
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
}

TEST_F(LogCallKeysTest, AFreedKeyIsNew) {
  Claim(KeyOf("a"));
  Settle(KeyOf("a"), {KeyEnd::Kind::kFree, ""});
  EXPECT_EQ(Found(KeyOf("a", "other")), KeyFound::kClaimed);
}

TEST_F(LogCallKeysTest, AnAnswerIsNotFreed) {
  Claim(KeyOf("a"));
  Answer(KeyOf("a"), "the answer");
  Settle(KeyOf("a"), {KeyEnd::Kind::kFree, ""});
  Settle(KeyOf("a"), {KeyEnd::Kind::kLost, ""});
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
}

TEST_F(LogCallKeysTest, WhatIsLostStaysSo) {
  Claim(KeyOf("a"));
  Settle(KeyOf("a"), {KeyEnd::Kind::kLost, ""});
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kLost);
  Reopen();
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kLost);
}

TEST_F(LogCallKeysTest, WhatAProcessClaimedAndDidNotRunItHasAgain) {
  Claim(KeyOf("a"));
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kClaimed);
  Answer(KeyOf("a"), "the answer");
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
}

TEST_F(LogCallKeysTest, ManyClaimsShareCommits) {
  std::vector<std::promise<KeyFound>> found(500);
  for (size_t i = 0; i < found.size(); ++i) {
    keys_->Claim(KeyOf(absl::StrCat(i % 250, "-")), absl::Seconds(60),
                 [&promise = found[i]](absl::StatusOr<KeyClaim> claim) {
                   promise.set_value(claim.ok() ? claim->found : KeyFound::kLost);
                 });
  }
  for (auto& each : found) EXPECT_EQ(each.get_future().get(), KeyFound::kClaimed);
  EXPECT_LT(metrics_.commits, 400);
}

TEST_F(LogCallKeysTest, KeysGoAfterTheirRetention) {
  for (int i = 0; i < 600; ++i) Claim(KeyOf(absl::StrCat(i, "-")));
  since_boot_s_ += 23 * 3600;
  Claim(KeyOf("young"));
  AwaitTurns();
  EXPECT_EQ(Found(KeyOf("0-", "other")), KeyFound::kReused);
  since_boot_s_ += 3601;
  AwaitTurns();
  for (const char* gone : {"0-", "300-", "599-"}) {
    EXPECT_EQ(Found(KeyOf(gone, "other")), KeyFound::kClaimed) << gone;
  }
  EXPECT_EQ(Found(KeyOf("young", "other")), KeyFound::kReused);
}

TEST_F(LogCallKeysTest, NoClockThatJumpsAndNoTimeThatNothingRanFreesAKey) {
  Claim(KeyOf("a"));
  Answer(KeyOf("a"), "the answer");
  wall_s_ += 3650LL * 86400;
  AwaitTurns();
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kAnswered);
  wall_s_ -= 7300LL * 86400;
  AwaitTurns();
  EXPECT_EQ(Found(KeyOf("a")), KeyFound::kAnswered);
  log_.reset();
  boot_id_ = "boot 2..........";
  wall_s_ = 1'800'000'000;
  since_boot_s_ = 5;
  Reopen();
  AwaitTurns();
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
  log_.reset();
  since_boot_s_ = 1'000'000'000;  // The same boot, after a long sleep without a process.
  Reopen();
  AwaitTurns();
  EXPECT_EQ(Claim(KeyOf("a")).answer, "the answer");
}

TEST_F(LogCallKeysTest, TimeIsCountedOverRestarts) {
  Claim(KeyOf("a"));
  for (int i = 0; i < 5; ++i) {
    since_boot_s_ += 5 * 3600;
    AwaitTurns();
    Reopen();
  }
  AwaitTurns();
  EXPECT_EQ(Found(KeyOf("a", "other")), KeyFound::kClaimed);
}

TEST_F(LogCallKeysTest, NothingOfAnAnswerIsStoredInClear) {
  Claim(KeyOf("a"));
  Answer(KeyOf("a"), "Siti Rahayu, 3671121401010004");
  EXPECT_THAT(engine_->Stored(), Not(HasSubstr("Siti Rahayu")));
}

TEST_F(LogCallKeysTest, AnErasedAnswerIsGoneAndItsCallIsNotMadeAgain) {
  const CallKey hers = KeyOf("hers", "content", "order-1");
  const CallKey running = KeyOf("running", "content", "order-1");
  Claim(hers);
  Answer(hers, "an answer about her");
  Claim(running);
  Claim(KeyOf("his", "content", "order-2"));
  Answer(KeyOf("his", "content", "order-2"), "an answer about him");
  const auto erase = [&](Subject subject) {
    std::promise<absl::StatusOr<ActedOn>> acted;
    log_->Act({PersonalAct::Kind::kErase, std::move(subject), "officer"},
              [&](absl::StatusOr<ActedOn> answer) { acted.set_value(std::move(answer)); });
    return acted.get_future().get();
  };
  const absl::StatusOr<ActedOn> acted = erase({.reference = "order-1"});
  ASSERT_TRUE(acted.ok()) << acted.status();
  EXPECT_EQ(acted->answers, 2);
  EXPECT_EQ(acted->events, 0);
  EXPECT_EQ(Found(hers), KeyFound::kLost);
  Answer(running, "an answer that came later");
  EXPECT_EQ(Found(running), KeyFound::kLost);
  EXPECT_EQ(Claim(KeyOf("his", "content", "order-2")).answer, "an answer about him");
  EXPECT_EQ(erase({.cust_id = "order-2"})->answers, 1);
  EXPECT_TRUE(absl::IsNotFound(erase({.reference = "order-1"}).status()));
}

}  // namespace
}  // namespace kyc::events
