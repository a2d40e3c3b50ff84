// A sealing key that is replaced, by several processes over one database: what it sealed is sealed
// again once nobody seals with it any more, then it is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

using ::testing::HasSubstr;

constexpr int kEvents = 300;
const CallKey kCall = {std::string(16, 'k'), std::string(16, 'c'), std::string(16, 's')};
const crypto::SealingKey kFirst = {.id = 1, .key = KeyNamed("sealing")};
const crypto::SealingKey kSecond = {.id = 2, .key = KeyNamed("another")};
constexpr char kDone[] = "nothing in the event log is sealed with keys 1 any more";
constexpr char kStillUsed[] = "another process still seals with an older key";

// A process over the log, and what it tells.
class Process {
 public:
  Process(const PostgresServers& servers, Metrics& metrics)
      : servers_(servers), metrics_(metrics) {}

  absl::Status TryOpen(std::vector<crypto::SealingKey> keys, ResealerOptions resealer) {
    log_.reset();
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.sealing_keys = std::move(keys);
    options.resealer = resealer;
    options.say = options.log = [this](absl::string_view line) {
      const std::lock_guard lock(mutex_);
      said_.emplace_back(line);
      said_more_.notify_all();
    };
    absl::StatusOr<std::unique_ptr<PostgresLog>> opened = PostgresLog::Open(std::move(options));
    if (opened.ok()) log_ = *std::move(opened);
    return opened.status();
  }
  void Open(std::vector<crypto::SealingKey> keys,
            ResealerOptions resealer = {.pause = absl::ZeroDuration(),
                                        .pause_after_failure = absl::Milliseconds(20),
                                        .say_every = absl::ZeroDuration()}) {
    ASSERT_EQ(TryOpen(std::move(keys), resealer), absl::OkStatus());
  }
  bool Told(const std::string& part) {
    const std::lock_guard lock(mutex_);
    return Said(part);
  }
  void AwaitTold(const std::string& part) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        said_more_.wait_for(lock, absl::ToChronoSeconds(kPatience), [&] { return Said(part); }));
  }
  void Close() { log_.reset(); }
  PostgresLog& log() { return *log_; }

 private:
  bool Said(const std::string& part) const {
    for (const std::string& line : said_) {
      if (absl::StrContains(line, part)) return true;
    }
    return false;
  }

  const PostgresServers& servers_;
  Metrics& metrics_;
  std::mutex mutex_;
  std::condition_variable said_more_;
  std::vector<std::string> said_;
  std::unique_ptr<PostgresLog> log_;
};

class ResealTest : public testing::Test {
 protected:
  explicit ResealTest(int standbys = 1) : servers_(standbys) {}

  static KeyClaim Claim(PostgresLog& log) {
    std::promise<absl::StatusOr<KeyClaim>> claimed;
    log.Claim(kCall, absl::Seconds(60),
              [&](absl::StatusOr<KeyClaim> claim) { claimed.set_value(std::move(claim)); });
    return claimed.get_future().get().value_or(KeyClaim());
  }
  static void Answer(PostgresLog& log) {
    EXPECT_EQ(Claim(log).found, KeyFound::kClaimed);
    std::promise<absl::Status> settled;
    log.Settle(kCall, {KeyEnd::Kind::kAnswered, "the answer"},
               [&](absl::Status status) { settled.set_value(std::move(status)); });
    ASSERT_TRUE(settled.get_future().get().ok());
  }
  static void NotePurpose(PostgresLog& log) {
    AuditNote note{.caller = "ann", .act = "Get"};
    note.purpose = "complaint 4711";
    ASSERT_EQ(Note(log, std::move(note)), absl::OkStatus());
  }
  static void Fill(PostgresLog& log) {
    std::vector<Pending> pending;
    for (int i = 1; i <= kEvents; ++i) {
      auto event = Notification(absl::StrCat("R", i), "approved", absl::StrCat("C", i));
      event.set_raw_body(absl::StrCat("body ", i));
      pending.push_back(StartAppend(log, std::move(event)));
    }
    for (Pending& each : pending) ASSERT_TRUE(each.get().ok());
    ASSERT_TRUE(Keep(log, "unreadable").ok());
    Answer(log);
    NotePurpose(log);
  }
  static void ExpectAllThere(PostgresLog& log) {
    const absl::StatusOr<Page> page = log.ReadAfter({}, kEvents + 100, {});
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_GE(page->events.size(), static_cast<size_t>(kEvents));
    for (int i = 1; i <= kEvents; ++i) {
      const auto& event = page->events[static_cast<size_t>(i - 1)].event;
      ASSERT_EQ(event.raw_body(), absl::StrCat("body ", i));
    }
    EXPECT_EQ(log.GetQuarantined(1)->body, "unreadable");
    EXPECT_EQ(Claim(log).answer, "the answer");
    EXPECT_EQ(log.ListAudit({.limit = 10})->entries.back().purpose, "complaint 4711");
  }
  int64_t SealedWith(int id, int server = 0) {
    const std::string is =
        absl::StrCat(", 1, 2) = '\\x00", absl::Hex(id, absl::kZeroPad2), "'::bytea");
    return std::stoll(servers_.Sql(
        server,
        absl::StrCat("SELECT ((SELECT count(*) FROM kyc.event WHERE substr(sealed_fields", is,
                     " OR substr(sealed_raw_body", is,
                     ") + (SELECT count(*) FROM kyc.quarantine WHERE substr(sealed_body", is,
                     ") + (SELECT count(*) FROM kyc.call_key WHERE substr(sealed_answer", is,
                     ") + (SELECT count(*) FROM kyc.audit WHERE substr(sealed_purpose", is,
                     "))::text")));
  }

  PostgresServers servers_;
  CountingMetrics metrics_;
  Process one_{servers_, metrics_}, other_{servers_, metrics_};
};

TEST_F(ResealTest, AllIsSealedAgainWhileTheLogIsUsedAndTheOldKeyIsRefusedThen) {
  one_.Open({kFirst});
  Fill(one_.log());
  EXPECT_EQ(SealedWith(1), kEvents + 3);
  one_.Open({kSecond, kFirst});
  for (int i = 1; i <= 50; ++i) Append(one_.log(), absl::StrCat("new ", i), "approved");
  one_.AwaitTold(kDone);
  EXPECT_EQ(SealedWith(1), 0);
  EXPECT_EQ(SealedWith(2), kEvents + 3 + 50);
  ExpectAllThere(one_.log());
  one_.Open({kSecond, kFirst});
  EXPECT_TRUE(one_.Told("sealing key 1 was retired, and opens nothing: take it out"));
  one_.Open({kSecond});
  ExpectAllThere(one_.log());
  one_.Close();
  for (const std::vector<crypto::SealingKey>& keys :
       {std::vector{kFirst}, std::vector{kFirst, kSecond}}) {
    EXPECT_THAT(std::string(one_.TryOpen(keys, {}).message()),
                HasSubstr("Sealing key 1 was retired"));
  }
}

TEST_F(ResealTest, NothingIsSealedAgainWhileAnotherProcessSealsWithTheOldKey) {
  one_.Open({kFirst});
  Fill(one_.log());
  for (Process* process : {&one_, &other_}) process->Open({kFirst, kSecond});
  one_.Open({kSecond, kFirst});
  one_.AwaitTold(kStillUsed);
  Append(other_.log(), "by the old one", "approved");
  Append(one_.log(), "by the new one", "approved");
  EXPECT_EQ(SealedWith(1), kEvents + 3 + 1);
  // Nor does one of the old take the new one's for its own.
  Process third(servers_, metrics_);
  third.Open({kFirst, kSecond});
  EXPECT_FALSE(third.Told(kStillUsed));
  third.Close();
  EXPECT_EQ(SealedWith(1), kEvents + 3 + 1);
  other_.Open({kSecond, kFirst});
  one_.AwaitTold(kDone);
  EXPECT_EQ(SealedWith(1), 0);
  ExpectAllThere(one_.log());
  ExpectAllThere(other_.log());
}

// Its session was gone when the keys were looked for: it finds out, and seals nothing with that.
TEST_F(ResealTest, AProcessThatWasNotSeenSealsNothingWithAKeyThatIsClosed) {
  one_.Open({kFirst});
  Fill(one_.log());
  other_.Open({kFirst, kSecond});
  one_.Close();
  servers_.Sql(0,
               "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE "
               "application_name LIKE 'kyc-gateway writer%'");
  one_.Open({kSecond, kFirst});
  one_.AwaitTold(kDone);
  const absl::StatusOr<Appended> refused =
      TryAppend(other_.log(), Notification("late", "approved"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("put the newer one first"));
  EXPECT_FALSE(other_.log().writable());
  EXPECT_EQ(SealedWith(1), 0);
  Append(one_.log(), "in time", "approved");
  other_.Open({kSecond, kFirst});
  Append(other_.log(), "late", "approved");
}

TEST_F(ResealTest, WhatEndedHalfWayGoesOn) {
  one_.Open({kFirst});
  Fill(one_.log());
  one_.Open({kSecond, kFirst}, {.pause = absl::Hours(1)});
  while (SealedWith(2) == 0) std::this_thread::yield();
  EXPECT_EQ(SealedWith(2), kRowsPerReseal);
  one_.Close();
  EXPECT_THAT(std::string(one_.TryOpen({kSecond}, {}).message()),
              HasSubstr("sealed with key id 1"));
  one_.Open({kSecond, kFirst});
  one_.AwaitTold(kDone);
  EXPECT_EQ(SealedWith(1), 0);
  ExpectAllThere(one_.log());
}

class ResealFailoverTest : public ResealTest {
 protected:
  ResealFailoverTest() : ResealTest(2) {}
};

// What the new primary holds may be sealed with either key, until all is told to be done.
TEST_F(ResealFailoverTest, ItGoesOnAtTheNewPrimary) {
  one_.Open({kFirst});
  Fill(one_.log());
  one_.Open({kSecond, kFirst}, {.pause = absl::Milliseconds(500),
                                .pause_after_failure = absl::Milliseconds(20),
                                .say_every = absl::ZeroDuration()});
  while (SealedWith(2) == 0) std::this_thread::yield();
  ASSERT_GT(SealedWith(1), 0) << "it is under way";
  servers_.Kill(0);
  const int primary = servers_.FailOver(0);
  ASSERT_GT(SealedWith(1, primary), 0) << "and was when the primary died";
  AppendWhatever(one_.log(), Notification("after", "approved"));
  one_.AwaitTold(kDone);
  EXPECT_EQ(SealedWith(1, primary), 0);
  EXPECT_EQ(SealedWith(2, primary), kEvents + 3 + 1);
  ExpectAllThere(one_.log());
  EXPECT_THAT(std::string(one_.TryOpen({kFirst}, {}).message()),
              HasSubstr("Sealing key 1 was retired"));
}

// Answers and purposes are kept when their key's events are gone.
TEST_F(ResealTest, AKeyThatSealedNothingButAPurposeOrAnAnswerIsMissed) {
  one_.Open({kFirst});
  NotePurpose(one_.log());
  EXPECT_THAT(std::string(one_.TryOpen({kSecond}, {}).message()),
              HasSubstr("sealed with key id 1"));
  servers_.Sql(0, "DELETE FROM kyc.audit");
  one_.Open({kFirst});
  Answer(one_.log());
  EXPECT_THAT(std::string(one_.TryOpen({kSecond}, {}).message()),
              HasSubstr("sealed with key id 1"));
}

TEST_F(ResealTest, WhatCannotBeDoneIsToldAndTriedAgain) {
  one_.Open({kFirst});
  Fill(one_.log());
  one_.Close();
  auto other = Connection::Open(HostsOf(servers_.dsn()).value().front(), Secret(), kPatience);
  ASSERT_TRUE(other.ok()) << other.status();
  Trip lock;
  lock.Add(std::string("BEGIN")).Add(std::string("LOCK TABLE kyc.call_key IN EXCLUSIVE MODE"));
  ASSERT_TRUE((*other)->Run(lock, kPatience).ok());
  one_.Open({kSecond, kFirst});
  one_.AwaitTold("cannot be sealed again");
  EXPECT_FALSE(one_.Told(kDone));
  other->reset();
  one_.AwaitTold(kDone);
  EXPECT_EQ(SealedWith(1), 0);
  ExpectAllThere(one_.log());
}

TEST_F(ResealTest, WhatNoKeyOpensKeepsTheOldKeys) {
  one_.Open({kFirst});
  Fill(one_.log());
  servers_.Sql(0, "UPDATE kyc.event SET sealed_fields = '\\x0001aabb' WHERE sequence = 7");
  one_.Open({kSecond, kFirst});
  one_.AwaitTold("holds 1 texts that no sealing key opens");
  EXPECT_FALSE(one_.Told(kDone));
  one_.Open({kSecond, kFirst});
}

}  // namespace
}  // namespace kyc::events::postgres
