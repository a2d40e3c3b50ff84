// The audit log of each engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogAuditTest : public testing::Test {
 protected:
  void Reopen() {
    opened_.log.reset();
    EngineOptions options;
    options.clocks = [this] { return RightClocksAt(absl::FromUnixSeconds(now_s_)); };
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    opened_ = *std::move(opened);
  }
  void SetUp() override { Reopen(); }

  Audit& audit() { return *opened_.audit; }
  void Note(std::vector<AuditNote> notes) {
    std::promise<absl::Status> noted;
    audit().Note(std::move(notes),
                 [&noted](absl::Status status) { noted.set_value(std::move(status)); });
    ASSERT_EQ(noted.get_future().get(), absl::OkStatus());
  }
  void NoteOf(const std::string& caller, const std::string& reference) {
    AuditNote note{.caller = caller, .act = "Get"};
    note.reference = reference;
    Note({std::move(note)});
  }
  void Erase(const std::string& reference) {
    std::promise<absl::Status> erased;
    opened_.log->Act({PersonalAct::Kind::kErase, {.reference = reference}, "officer"},
                     [&erased](auto acted) { erased.set_value(acted.status()); });
    ASSERT_EQ(erased.get_future().get(), absl::OkStatus());
  }
  // "2 bo Get": id, caller, act.
  std::vector<std::string> List(AuditQuery query = {}) {
    if (query.limit == 0) query.limit = 100;
    const auto page = audit().ListAudit(query);
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> lines;
    if (!page.ok()) return lines;
    for (const AuditEntry& entry : page->entries) {
      lines.push_back(std::to_string(entry.id) + " " + entry.caller + " " + entry.act);
    }
    return lines;
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  std::atomic<int64_t> now_s_ = 1'700'000'000;
  OpenedEngine opened_;
};

TEST_F(LogAuditTest, EntriesAreListedNewestFirstAndByPages) {
  EXPECT_THAT(List(), IsEmpty());
  NoteOf("ann", "R1");
  NoteOf("bo", "R2");
  NoteOf("ann", "R1");
  EXPECT_THAT(List(), ElementsAre("3 ann Get", "2 bo Get", "1 ann Get"));
  EXPECT_THAT(List({.below = 3, .limit = 1}), ElementsAre("2 bo Get"));
}

TEST_F(LogAuditTest, TheyAreFoundByReferenceCustomerCallerAndTime) {
  NoteOf("ann", "R1");
  ++now_s_;
  NoteOf("bo", "R2");
  ++now_s_;
  AuditNote of_customer{.caller = "cy", .act = "Erase"};
  of_customer.cust_id = "C1";
  Note({of_customer});
  EXPECT_THAT(List({.reference = "R1"}), ElementsAre("1 ann Get"));
  EXPECT_THAT(List({.cust_id = "C1"}), ElementsAre("3 cy Erase"));
  EXPECT_THAT(List({.caller = "bo"}), ElementsAre("2 bo Get"));
  EXPECT_THAT(List({.reference = "C1"}), IsEmpty());
  EXPECT_THAT(List({.from = absl::FromUnixSeconds(1'700'000'001),
                    .until = absl::FromUnixSeconds(1'700'000'002)}),
              ElementsAre("2 bo Get"));
}

TEST_F(LogAuditTest, WhoSawAPageSawEachOfItsEvents) {
  Append(*opened_.log, "R1", "approved");
  Append(*opened_.log, "R2", "approved");
  Append(*opened_.log, "R3", "approved", "C3");
  Note({{.caller = "ann", .act = "List", .first_sequence = 1, .last_sequence = 2},
        {.caller = "bo", .act = "Watch", .first_sequence = 3, .last_sequence = 1002}});
  EXPECT_THAT(List({.reference = "R2"}), ElementsAre("1 ann List"));
  EXPECT_THAT(List({.reference = "R3"}), ElementsAre("2 bo Watch"));
  EXPECT_THAT(List({.cust_id = "C3"}), ElementsAre("2 bo Watch"));
}

TEST_F(LogAuditTest, WhoSawAnEventSawNoOtherOne) {
  Append(*opened_.log, "R1", "approved", "C1");
  AuditNote note{.caller = "ann", .act = "Get", .first_sequence = 1, .last_sequence = 1};
  note.reference = "R1";
  note.cust_id = "C1";
  Note({note});
  EXPECT_THAT(List({.reference = "never known"}), IsEmpty());
  EXPECT_THAT(List({.cust_id = "never known"}), IsEmpty());
  note.cust_id.clear();
  Note({note});
  EXPECT_THAT(List({.cust_id = "C1"}), ElementsAre("2 ann Get", "1 ann Get"));
}

TEST_F(LogAuditTest, WhoSawAPageIsToldAlsoOfWhomNobodyKnowsAnyMore) {
  Append(*opened_.log, "R1", "approved");
  Note({{.caller = "ann", .act = "List", .first_sequence = 1, .last_sequence = 1}});
  EXPECT_THAT(List({.reference = "removed or never known"}), ElementsAre("1 ann List"));
}

// Afterwards nobody can tell whose an event was: more is told, never less.
TEST_F(LogAuditTest, WhoSawAPageIsToldAlsoOnceAnEventOfItIsErased) {
  Append(*opened_.log, "R1", "approved");
  Append(*opened_.log, "R2", "approved");
  Note({{.caller = "ann", .act = "List", .first_sequence = 1, .last_sequence = 1}});
  Erase("R1");
  EXPECT_THAT(List({.reference = "R1"}), ElementsAre("1 ann List"));
  AuditNote erased{.caller = "officer", .act = "PersonalDataService/EraseReference"};
  erased.reference = "R1";
  Note({erased});
  Append(*opened_.log, "R1", "rejected");
  EXPECT_THAT(List({.reference = "R1"}),
              ElementsAre("2 officer PersonalDataService/EraseReference", "1 ann List"));
  EXPECT_THAT(List({.reference = "R2"}), IsEmpty());
}

// What an erasure of a customer took away had references, too.
TEST_F(LogAuditTest, WhoSawAPageIsToldAlsoOnceACustomerIsErased) {
  Append(*opened_.log, "R1", "approved", "C1");
  Note({{.caller = "ann", .act = "List", .first_sequence = 1, .last_sequence = 1}});
  Erase("R1");
  AuditNote erased{.caller = "officer", .act = "PersonalDataService/EraseCustomer"};
  erased.cust_id = "C1";
  Note({erased});
  Append(*opened_.log, "R1", "rejected");
  EXPECT_THAT(List({.reference = "R1"}), ElementsAre("1 ann List"));
}

// Together in one batch: only the notes are refused, in words, until they can be written.
TEST_F(LogAuditTest, WhatCannotBeNotedCostsNoNotificationItsCommit) {
  opened_.log.reset();
  CommitGate gate;
  EngineOptions options;
  options.before_commit = gate.Hook();
  opened_ = engine_->Open(options, metrics_).value();
  ASSERT_EQ(engine_->Tamper("ALTER TABLE audit RENAME TO away"), absl::OkStatus());
  gate.Shut();
  std::vector<Pending> appended;
  appended.push_back(StartAppend(*opened_.log, Notification("first", "approved")));
  gate.AwaitArrival();
  std::vector<std::future<absl::Status>> noted;
  for (int i = 0; i < 5; ++i) {
    appended.push_back(StartAppend(*opened_.log, Notification(absl::StrCat("R", i), "approved")));
    noted.push_back(StartNote(audit(), {.caller = "ann", .act = "Get"}));
  }
  gate.Open();
  for (Pending& each : appended) EXPECT_TRUE(each.get().ok());
  for (std::future<absl::Status>& each : noted) {
    const absl::Status status = each.get();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  }
  EXPECT_TRUE(opened_.log->writable());
  EXPECT_FALSE(metrics_.audit_writable);
  Append(*opened_.log, "alone", "approved");
  ASSERT_EQ(engine_->Tamper("ALTER TABLE away RENAME TO audit"), absl::OkStatus());
  // It is tried again, each second; a test that never ends has found that it is not.
  while (!StartNote(audit(), {.caller = "bo", .act = "Get"}).get().ok()) std::this_thread::yield();
  EXPECT_TRUE(metrics_.audit_writable);
  EXPECT_THAT(List(), ElementsAre("1 bo Get"));
  EXPECT_EQ(ReadAll(*opened_.log).size(), 7u);
}

// A batch of questions alone changes nothing, and need not be committed: one with notes must be.
TEST_F(LogAuditTest, WhatIsNotedTogetherWithAQuestionIsThere) {
  opened_.log.reset();
  CommitGate gate;
  EngineOptions options;
  options.before_commit = gate.Hook();
  opened_ = engine_->Open(options, metrics_).value();
  const CallKey key{std::string(16, 'k'), std::string(16, 'c'), std::string(16, 's')};
  const auto claim = [&] {
    auto claimed = std::make_shared<std::promise<absl::Status>>();
    opened_.call_keys->Claim(key, absl::Seconds(60), [claimed](absl::StatusOr<KeyClaim> found) {
      claimed->set_value(found.status());
    });
    return claimed->get_future();
  };
  EXPECT_TRUE(claim().get().ok());
  gate.Shut();
  auto first = StartAppend(*opened_.log, Notification("R1", "approved"));
  gate.AwaitArrival();
  auto question = claim();
  auto noted = StartNote(audit(), {.caller = "ann", .act = "Get"});
  gate.Open();
  EXPECT_TRUE(question.get().ok());
  EXPECT_EQ(noted.get(), absl::OkStatus());
  EXPECT_TRUE(first.get().ok());
  EXPECT_THAT(List(), ElementsAre("1 ann Get"));
}

// Read by read, and nothing twice.
TEST_F(LogAuditTest, MoreEntriesThanOneReadLooksAtAreAllFound) {
  NoteOf("ann", "R1");
  std::vector<AuditNote> many(5'001, {.caller = "bo", .act = "Get", .reference = "R2"});
  for (int i = 0; i < 2; ++i) Note(many);
  NoteOf("cy", "R1");
  std::vector<int64_t> found;
  int reads = 0;
  AuditQuery query{.reference = "R1", .limit = 10};
  do {
    const auto page = audit().ListAudit(query);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const AuditEntry& entry : page->entries) found.push_back(entry.id);
    query.below = page->below;
    ++reads;
  } while (query.below > 0);
  EXPECT_THAT(found, ElementsAre(10'004, 1));
  EXPECT_EQ(reads, 2);
  query = {.from = absl::FromUnixSeconds(now_s_ + 1), .limit = 10};
  EXPECT_EQ(audit().ListAudit(query)->below, 0) << "nothing older is looked at";
}

TEST_F(LogAuditTest, AnEntryOutlivesTheErasureOfWhomItIsAbout) {
  Append(*opened_.log, "R1", "approved");
  NoteOf("ann", "R1");
  Erase("R1");
  EXPECT_THAT(List({.reference = "R1"}), ElementsAre("1 ann Get"));
}

TEST_F(LogAuditTest, WhatTheyHoldIsKeptOverAStart) {
  AuditNote note{.caller = "ann", .act = "Get", .outcome = "CALLER_FORBIDDEN"};
  note.purpose = "complaint 4711";
  note.source = "ipv4:10.0.0.1";
  note.times = 7;
  Note({note});
  Reopen();
  NoteOf("bo", "R1");
  const auto page = audit().ListAudit({.limit = 10});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->entries.size(), 2u);
  EXPECT_EQ(page->entries[0].id, 2);
  const AuditEntry& first = page->entries[1];
  EXPECT_EQ(first.purpose, "complaint 4711");
  EXPECT_EQ(first.outcome, "CALLER_FORBIDDEN");
  EXPECT_EQ(first.source, "ipv4:10.0.0.1");
  EXPECT_EQ(first.times, 7);
  EXPECT_EQ(first.time, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(engine_->Stored().find("complaint 4711"), std::string::npos);
}

TEST_F(LogAuditTest, OldEntriesGo) {
  opened_.log.reset();
  EngineOptions options;
  options.clocks = [this] { return RightClocksAt(absl::FromUnixSeconds(now_s_)); };
  options.retention.audit_age = absl::Hours(24);
  options.trim_interval = absl::Milliseconds(1);
  opened_ = engine_->Open(options, metrics_).value();
  NoteOf("ann", "R1");
  NoteOf("bo", "R1");
  now_s_ += 2 * 24 * 3600;
  // It trims by itself; a test that never ends has found that it does not.
  while (!List().empty()) std::this_thread::yield();
  NoteOf("cy", "R1");
  EXPECT_THAT(List(), ElementsAre("3 cy Get"));
  ASSERT_EQ(engine_->Tamper("UPDATE audit SET times = 2 WHERE id = 3"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(audit().ListAudit({.limit = 10}).status()), "LOG_DAMAGED");
}

class TamperedAuditTest : public LogAuditTest, public testing::WithParamInterface<const char*> {};

TEST_P(TamperedAuditTest, IsFoundWhenItIsRead) {
  for (const char* caller : {"ann", "bo", "cy"}) NoteOf(caller, "R1");
  ASSERT_EQ(engine_->Tamper(GetParam()), absl::OkStatus());
  EXPECT_EQ(ReasonOf(audit().ListAudit({.limit = 10}).status()), "LOG_DAMAGED");
}

INSTANTIATE_TEST_SUITE_P(All, TamperedAuditTest,
                         testing::Values("DELETE FROM audit WHERE id = 2",
                                         "UPDATE audit SET time_us = time_us + 1 WHERE id = 2",
                                         "UPDATE audit SET times = 2 WHERE id = 1",
                                         "UPDATE audit SET first_sequence = 7 WHERE id = 3"));

}  // namespace
}  // namespace kyc::events
