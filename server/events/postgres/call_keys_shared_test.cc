// Calls' keys between gateways: what one claims is another's answer, and nobody's claim is lost or
// given twice by what servers do.
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
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/gate.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {

void PrintTo(KeyFound found, std::ostream* out) { *out << static_cast<int>(found); }

namespace postgres {
namespace {

constexpr absl::Duration kLease = absl::Seconds(90);

CallKey KeyOf(const std::string& text, const std::string& content = "content") {
  const auto padded = [](std::string of) { return (of + std::string(16, '.')).substr(0, 16); };
  return {padded(text), padded(content), padded("nobody")};
}

absl::StatusOr<KeyClaim> TryClaim(CallKeys& keys, const CallKey& key) {
  std::promise<absl::StatusOr<KeyClaim>> claimed;
  keys.Claim(key, kLease,
             [&](absl::StatusOr<KeyClaim> claim) { claimed.set_value(std::move(claim)); });
  return claimed.get_future().get();
}

KeyClaim Claim(CallKeys& keys, const CallKey& key) {
  const absl::StatusOr<KeyClaim> claim = TryClaim(keys, key);
  EXPECT_TRUE(claim.ok()) << claim.status();
  return claim.value_or(KeyClaim());
}

absl::Status Settle(CallKeys& keys, const CallKey& key, KeyEnd end) {
  std::promise<absl::Status> settled;
  keys.Settle(key, std::move(end), [&](absl::Status status) { settled.set_value(status); });
  return settled.get_future().get();
}

class CallKeysSharedTest : public testing::Test {
 protected:
  void Start(int standbys) {
    servers_ = std::make_unique<PostgresServers>(standbys);
    one_ = Gateway();
    other_ = Gateway();
  }
  std::unique_ptr<PostgresLog> Gateway() {
    PostgresLogOptions options = OptionsOver(*servers_, metrics_);
    options.writer.clocks = [this] {
      ClockReading reading = ReadClocks();
      reading.since_boot += absl::Seconds(moved_s_.load());
      return reading;
    };
    return OpenLog(std::move(options));
  }

  std::atomic<int64_t> moved_s_ = 0;
  CountingMetrics metrics_;
  std::unique_ptr<PostgresServers> servers_;
  std::unique_ptr<PostgresLog> one_;
  std::unique_ptr<PostgresLog> other_;
};

TEST_F(CallKeysSharedTest, WhatOneClaimsRunsForTheOtherUntilItIsAnswered) {
  Start(0);
  EXPECT_EQ(Claim(*one_, KeyOf("a")).found, KeyFound::kClaimed);
  EXPECT_EQ(Claim(*other_, KeyOf("a")).found, KeyFound::kRunning);
  EXPECT_EQ(Claim(*other_, KeyOf("a", "other")).found, KeyFound::kReused);
  EXPECT_TRUE(Settle(*other_, KeyOf("a"), {KeyEnd::Kind::kFree, ""}).ok()) << "it is not its";
  EXPECT_EQ(Claim(*other_, KeyOf("a")).found, KeyFound::kRunning);
  EXPECT_TRUE(Settle(*one_, KeyOf("a"), {KeyEnd::Kind::kAnswered, "the answer"}).ok());
  EXPECT_EQ(Claim(*other_, KeyOf("a")).answer, "the answer");
}

TEST_F(CallKeysSharedTest, WhatOneFreesTheOtherHas) {
  Start(0);
  Claim(*one_, KeyOf("a"));
  EXPECT_TRUE(Settle(*one_, KeyOf("a"), {KeyEnd::Kind::kFree, ""}).ok());
  EXPECT_EQ(Claim(*other_, KeyOf("a")).found, KeyFound::kClaimed);
  EXPECT_EQ(Claim(*one_, KeyOf("a")).found, KeyFound::kRunning);
}

TEST_F(CallKeysSharedTest, OfGatewaysThatClaimAtOnceOneHasTheKey) {
  constexpr int kKeys = 300;
  Start(0);
  std::vector<std::atomic<int>> claimed(kKeys);
  std::vector<std::thread> threads;
  for (PostgresLog* log : {one_.get(), other_.get()}) {
    threads.emplace_back([&claimed, log] {
      std::vector<std::promise<KeyFound>> found(kKeys);
      for (size_t i = 0; i < found.size(); ++i) {
        log->Claim(KeyOf(absl::StrCat(i, "-")), kLease,
                   [&promise = found[i]](absl::StatusOr<KeyClaim> claim) {
                     promise.set_value(claim.ok() ? claim->found : KeyFound::kLost);
                   });
      }
      for (size_t i = 0; i < found.size(); ++i) {
        const KeyFound what = found[i].get_future().get();
        EXPECT_THAT(what, testing::AnyOf(KeyFound::kClaimed, KeyFound::kRunning));
        if (what == KeyFound::kClaimed) ++claimed[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(claimed, testing::Each(testing::Eq(1)));
}

// Nobody can know that a process is dead; but what it claimed it must have ended by then.
TEST_F(CallKeysSharedTest, AProcessThatBringsNoAnswerInItsTimeHasLostItsKeys) {
  Start(0);
  Claim(*one_, KeyOf("dead"));
  Claim(*one_, KeyOf("slow"));
  moved_s_ += 80;
  EXPECT_EQ(Claim(*other_, KeyOf("dead")).found, KeyFound::kRunning);
  moved_s_ += 11;
  EXPECT_EQ(Claim(*other_, KeyOf("dead")).found, KeyFound::kLost);
  EXPECT_TRUE(Settle(*one_, KeyOf("dead"), {KeyEnd::Kind::kAnswered, "too late"}).ok());
  EXPECT_TRUE(Settle(*one_, KeyOf("slow"), {KeyEnd::Kind::kAnswered, "in time"}).ok());
  for (PostgresLog* log : {one_.get(), other_.get()}) {
    EXPECT_EQ(Claim(*log, KeyOf("dead")).found, KeyFound::kLost);
    EXPECT_EQ(Claim(*log, KeyOf("slow")).answer, "in time") << "nobody had given it up";
  }
}

TEST_F(CallKeysSharedTest, AClaimThatNoStandbyHasIsNone) {
  Start(1);
  servers_->Kill(1);
  EXPECT_EQ(ReasonOf(TryClaim(*one_, KeyOf("a")).status()), "LOG_UNREACHABLE");
  servers_->Start(1);
  absl::Status freed;
  do {
    freed = Settle(*one_, KeyOf("a"), {KeyEnd::Kind::kFree, ""});
  } while (!freed.ok());
  absl::StatusOr<KeyClaim> claim;
  do {
    claim = TryClaim(*other_, KeyOf("a"));
  } while (!claim.ok());
  EXPECT_EQ(claim->found, KeyFound::kClaimed);
}

TEST_F(CallKeysSharedTest, ClaimsAndAnswersOutliveThePrimary) {
  Start(2);
  Claim(*one_, KeyOf("running"));
  Claim(*one_, KeyOf("answered"));
  EXPECT_TRUE(Settle(*one_, KeyOf("answered"), {KeyEnd::Kind::kAnswered, "the answer"}).ok());
  servers_->Kill(0);
  servers_->FailOver(0);
  absl::StatusOr<KeyClaim> claim;
  do {
    claim = TryClaim(*other_, KeyOf("running"));
  } while (!claim.ok());
  EXPECT_EQ(claim->found, KeyFound::kRunning);
  EXPECT_EQ(Claim(*other_, KeyOf("answered")).answer, "the answer");
}

// A standby that nobody waited for is made primary: its events are all there, a claim is not.
TEST_F(CallKeysSharedTest, AServerThatLacksAClaimIsNotServedFrom) {
  Start(2);
  servers_->Follow(2, -1);
  Claim(*one_, KeyOf("a"));
  std::promise<std::string> told;
  one_->SetOnLost([&](const absl::Status& why) { told.set_value(ReasonOf(why)); });
  servers_->Kill(0);
  servers_->Kill(1);
  servers_->Promote(2);
  EXPECT_EQ(told.get_future().get(), "LOG_HISTORY_LOST");
  EXPECT_EQ(ReasonOf(TryClaim(*one_, KeyOf("a")).status()), "LOG_UNREACHABLE");
}

// At each byte of a claim and of an end: what was answered is so for everybody.
TEST_F(CallKeysSharedTest, ConnectionThatIsCutAtAnyByte) {
  Start(0);
  Gate gate(servers_->port(0));
  PostgresLogOptions options = OptionsOver(*servers_, metrics_);
  options.dsn = absl::StrCat("host=127.0.0.1 port=", gate.port(),
                             " dbname=postgres sslmode=disable user=postgres");
  options.follows = false;
  options.keeper.trim_interval = absl::Hours(1);
  const auto cut = OpenLog(std::move(options));
  ASSERT_NE(cut, nullptr);
  int keys = 0;
  const auto one = [&] {
    const CallKey key = KeyOf(absl::StrCat(++keys, "-"));
    absl::StatusOr<KeyClaim> claim = TryClaim(*cut, key);
    const bool sent = claim.ok();
    while (!claim.ok()) claim = TryClaim(*cut, key);
    EXPECT_EQ(claim->found, KeyFound::kClaimed);
    EXPECT_EQ(Claim(*other_, key).found, KeyFound::kRunning) << sent;
    while (!Settle(*cut, key, {KeyEnd::Kind::kAnswered, "the answer"}).ok()) {
    }
    EXPECT_EQ(Claim(*other_, key).answer, "the answer");
  };
  one();
  const int64_t sent_before = gate.sent();
  const int64_t received_before = gate.received();
  one();
  const int64_t sent = gate.sent() - sent_before;
  const int64_t received = gate.received() - received_before;
  for (int64_t bytes = 0; bytes <= sent; bytes += 60) {
    gate.CutAfterSending(bytes);
    one();
    gate.TakeBackCut();
  }
  for (int64_t bytes = 0; bytes <= received; bytes += 40) {
    gate.CutAfterReceiving(bytes);
    one();
    gate.TakeBackCut();
  }
  EXPECT_GT(keys, 30);
}

}  // namespace
}  // namespace postgres
}  // namespace kyc::events
