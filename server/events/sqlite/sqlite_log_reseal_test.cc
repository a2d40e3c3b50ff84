// A sealing key that is replaced: what it sealed is sealed again while the log is used, then it is
// refused, and old copies of the log are void without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::HasSubstr;

constexpr int kEvents = 300;
constexpr int kBodies = 5;
// And an answer, and a purpose.
constexpr int kSealed = kEvents + kBodies + 2;
const CallKey kCall = {std::string(16, 'k'), std::string(16, 'c'), std::string(16, 's')};

const crypto::SealingKey kFirst = {.id = 1, .key = KeyNamed("sealing")};
const crypto::SealingKey kSecond = {.id = 2, .key = KeyNamed("another")};
const crypto::SealingKey kThird = {.id = 3, .key = KeyNamed("a third")};

class ResealTest : public ::testing::Test {
 protected:
  absl::Status TryOpen(std::vector<crypto::SealingKey> keys, ResealerOptions resealer = {}) {
    log_.reset();
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.sealing_keys = std::move(keys);
    options.resealer = resealer;
    const auto say = [this](absl::string_view line) {
      const std::lock_guard lock(mutex_);
      said_.emplace_back(line);
      said_more_.notify_all();
    };
    options.say = say;
    options.writer.log = say;
    absl::StatusOr<std::unique_ptr<SqliteLog>> opened = SqliteLog::Open(std::move(options));
    if (opened.ok()) log_ = *std::move(opened);
    return opened.status();
  }
  void Open(std::vector<crypto::SealingKey> keys, ResealerOptions resealer = {}) {
    ASSERT_EQ(TryOpen(std::move(keys), resealer), absl::OkStatus());
  }
  void Fill() {
    std::vector<Pending> pending;
    for (int i = 1; i <= kEvents; ++i) {
      auto event = Notification(absl::StrCat("R", i), "approved", absl::StrCat("C", i));
      event.set_raw_body(absl::StrCat("body ", i));
      pending.push_back(StartAppend(*log_, std::move(event)));
    }
    for (Pending& each : pending) ASSERT_TRUE(each.get().ok());
    for (int i = 1; i <= kBodies; ++i) {
      ASSERT_TRUE(Keep(*log_, absl::StrCat("unreadable ", i)).ok());
    }
    Answer();
    NotePurpose();
    ASSERT_EQ(Note(*log_, {.caller = "bo", .act = "Get"}), absl::OkStatus());
  }
  void Answer() {
    EXPECT_EQ(Claim().found, KeyFound::kClaimed);
    std::promise<absl::Status> settled;
    log_->Settle(kCall, {KeyEnd::Kind::kAnswered, "the answer"},
                 [&](absl::Status status) { settled.set_value(std::move(status)); });
    ASSERT_TRUE(settled.get_future().get().ok());
  }
  void NotePurpose() {
    AuditNote note{.caller = "ann", .act = "Get"};
    note.purpose = "complaint 4711";
    ASSERT_EQ(Note(*log_, std::move(note)), absl::OkStatus());
  }
  KeyClaim Claim() {
    std::promise<absl::StatusOr<KeyClaim>> claimed;
    log_->Claim(kCall, absl::Seconds(60),
                [&](absl::StatusOr<KeyClaim> claim) { claimed.set_value(std::move(claim)); });
    return claimed.get_future().get().value_or(KeyClaim());
  }
  void ExpectAllThere() {
    const absl::StatusOr<Page> page = log_->ReadAfter({}, kEvents + 100, {});
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_GE(page->events.size(), static_cast<size_t>(kEvents));
    for (int i = 1; i <= kEvents; ++i) {
      const ::netzme::v1::UpgradeEvent& event = page->events[static_cast<size_t>(i - 1)].event;
      ASSERT_EQ(event.original_reference_no(), absl::StrCat("R", i));
      ASSERT_EQ(event.raw_body(), absl::StrCat("body ", i));
    }
    for (int i = 1; i <= kBodies; ++i) {
      EXPECT_EQ(log_->GetQuarantined(i)->body, absl::StrCat("unreadable ", i));
    }
    EXPECT_EQ(Claim().answer, "the answer");
    const absl::StatusOr<AuditPage> entries = log_->ListAudit({.limit = 10});
    ASSERT_TRUE(entries.ok()) << entries.status();
    ASSERT_EQ(entries->entries.size(), 2u);
    EXPECT_EQ(entries->entries.back().purpose, "complaint 4711");
  }
  // Whether such a line was told.
  bool Told(const std::string& part) {
    const std::lock_guard lock(mutex_);
    return Said(part);
  }
  bool Said(const std::string& part) const {
    for (const std::string& line : said_) {
      if (absl::StrContains(line, part)) return true;
    }
    return false;
  }
  void AwaitTold(const std::string& part) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(said_more_.wait_for(lock, std::chrono::seconds(60), [&] { return Said(part); }));
  }
  int64_t SealedWith(int id) {
    Database database = Database::Open(path_, Database::Use::kRead).value();
    const std::string mark = absl::StrCat("x'00", absl::Hex(id, absl::kZeroPad2), "'");
    return *database.QueryInteger(absl::StrCat(
        "SELECT (SELECT COUNT(*) FROM event WHERE substr(sealed_fields, 1, 2) = ", mark,
        " OR substr(sealed_raw_body, 1, 2) = ", mark,
        ") + (SELECT COUNT(*) FROM quarantine WHERE substr(sealed_body, 1, 2) = ", mark,
        ") + (SELECT COUNT(*) FROM call_key WHERE substr(sealed_answer, 1, 2) = ", mark,
        ") + (SELECT COUNT(*) FROM audit WHERE substr(sealed_purpose, 1, 2) = ", mark, ")"));
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::mutex mutex_;
  std::condition_variable said_more_;
  std::vector<std::string> said_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(ResealTest, AllIsSealedAgainWhileTheLogIsUsedAndTheOldKeyIsRefusedThen) {
  Open({kFirst});
  Fill();
  EXPECT_EQ(SealedWith(1), kSealed);
  Open({kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  for (int i = 1; i <= 50; ++i) Append(*log_, absl::StrCat("new ", i), "approved");
  AwaitTold("nothing in the event log is sealed with keys 1 any more");
  EXPECT_EQ(SealedWith(1), 0);
  EXPECT_EQ(SealedWith(2), kSealed + 50);
  ExpectAllThere();

  Open({kSecond, kFirst});
  EXPECT_TRUE(Told("sealing key 1 was retired, and opens nothing: take it out"));
  ExpectAllThere();
  Open({kSecond});
  ExpectAllThere();
  for (const std::vector<crypto::SealingKey>& keys :
       {std::vector{kFirst}, std::vector{kFirst, kSecond}}) {
    EXPECT_THAT(std::string(TryOpen(keys).message()), HasSubstr("Sealing key 1 was retired"));
  }
}

TEST_F(ResealTest, WhatEndedHalfWayGoesOn) {
  Open({kFirst});
  Fill();
  Open({kSecond, kFirst}, {.pause = absl::Hours(1)});
  while (SealedWith(2) == 0) std::this_thread::yield();
  EXPECT_EQ(SealedWith(2), kRowsPerReseal);
  // Nor may the old key be left out before.
  EXPECT_THAT(std::string(TryOpen({kSecond}).message()), HasSubstr("sealed with key id 1"));
  Open({kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  AwaitTold("nothing in the event log is sealed with keys 1 any more");
  EXPECT_EQ(SealedWith(1), 0);
  ExpectAllThere();
}

TEST_F(ResealTest, AKeyThatSealedNothingButAnAnswerIsMissed) {
  Open({kFirst});
  Answer();
  Open({kSecond, kFirst}, {.pause = absl::Hours(1)});
  EXPECT_THAT(std::string(TryOpen({kSecond}).message()), HasSubstr("sealed with key id 1"));
}

TEST_F(ResealTest, AKeyThatSealedNothingButAPurposeIsMissed) {
  Open({kFirst});
  NotePurpose();
  Open({kSecond, kFirst}, {.pause = absl::Hours(1)});
  EXPECT_THAT(std::string(TryOpen({kSecond}).message()), HasSubstr("sealed with key id 1"));
  Open({kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  AwaitTold("nothing in the event log is sealed with keys 1 any more");
  Open({kSecond});
  EXPECT_EQ(log_->ListAudit({.limit = 10})->entries.back().purpose, "complaint 4711");
}

TEST_F(ResealTest, SeveralOldKeysAreRetiredTogether) {
  Open({kFirst});
  Fill();
  Open({kSecond, kFirst}, {.pause = absl::Hours(1)});
  while (SealedWith(2) == 0) std::this_thread::yield();
  Open({kThird, kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  AwaitTold("nothing in the event log is sealed with keys 1, 2 any more");
  EXPECT_EQ(SealedWith(3), kSealed);
  Open({kThird});
  ExpectAllThere();
}

TEST_F(ResealTest, WhatNoKeyOpensKeepsTheOldKeys) {
  Open({kFirst});
  Fill();
  log_.reset();
  ASSERT_TRUE(Database::Open(path_, Database::Use::kWrite)
                  .value()
                  .Execute("UPDATE event SET sealed_fields = zeroblob(60) WHERE sequence = 7")
                  .ok());
  Open({kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  AwaitTold("holds 1 texts that no sealing key opens");
  EXPECT_EQ(SealedWith(1), 1);
  EXPECT_FALSE(Told("any more"));
  Open({kSecond, kFirst});
}

// The key that a backup needs is destroyed: nothing of the backup can be opened any more.
TEST_F(ResealTest, ABackupMadeBeforeIsVoidWithoutItsKeyAndNoByteOfItsTextsIsLeft) {
  Open({kFirst});
  Fill();
  const std::string backup = NewPath();
  ASSERT_TRUE(log_->BackUp(backup, {}).ok());
  Database before = Database::Open(backup, Database::Use::kRead).value();
  const std::string sealed =
      *before.QueryBytes("SELECT substr(sealed_raw_body, -24) FROM event WHERE sequence = 1");
  ASSERT_TRUE(absl::StrContains(Contents(path_) + Contents(path_ + "-wal"), sealed));
  Open({kSecond, kFirst}, {.pause = absl::ZeroDuration()});
  AwaitTold("nothing in the event log is sealed with keys 1 any more");
  // The write-ahead log is emptied between commits; a read may hold that up.
  do {
    Append(*log_, "later", "approved");
  } while (absl::StrContains(Contents(path_ + "-wal"), sealed));
  EXPECT_FALSE(absl::StrContains(Contents(path_), sealed));

  SqliteLogOptions options = OptionsAt(backup, metrics_);
  options.sealing_keys = {kSecond};
  EXPECT_THAT(std::string(SqliteLog::Open(std::move(options)).status().message()),
              HasSubstr("sealed with key id 1, which is not among the sealing keys"));
}

}  // namespace
}  // namespace kyc::events
