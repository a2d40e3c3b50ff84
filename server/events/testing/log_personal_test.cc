// What every engine does for whom the data is about: erasing and restricting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/personal.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeEvent;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = PersonalAct::Kind;

class LogPersonalTest : public testing::Test {
 protected:
  void Reopen() {
    log_.reset();
    EngineOptions options;
    options.clocks = [] { return RightClocksAt(absl::FromUnixMicros(1'700'000'000'000'000)); };
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
  }
  void SetUp() override { Reopen(); }

  absl::StatusOr<ActedOn> TryAct(Kind kind, Subject subject) {
    std::promise<absl::StatusOr<ActedOn>> acted;
    log_->Act({kind, std::move(subject), "officer"},
              [&acted](absl::StatusOr<ActedOn> answer) { acted.set_value(std::move(answer)); });
    return acted.get_future().get();
  }
  ActedOn Act(Kind kind, Subject subject) {
    const absl::StatusOr<ActedOn> acted = TryAct(kind, std::move(subject));
    EXPECT_TRUE(acted.ok()) << acted.status();
    return acted.value_or(ActedOn());
  }
  void Append(const std::string& reference, const std::string& status,
              const std::string& cust_id = "", const std::string& account = "main") {
    UpgradeEvent event = Notification(reference, status, cust_id);
    event.set_account(account);
    event.set_mother_maiden_name("Siti");
    event.set_raw_body(absl::StrCat("{\"originalReferenceNo\": \"", reference, "\"}"));
    ASSERT_TRUE(TryAppend(*log_, std::move(event)).ok());
  }
  std::vector<UpgradeEvent> All(const ::netzme::v1::UpgradeFilter& filter = {}) {
    const absl::StatusOr<Page> page = log_->ReadAfter({}, 100, filter);
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<UpgradeEvent> events;
    if (!page.ok()) return events;
    for (const Event& event : page->events) events.push_back(event.event);
    return events;
  }
  bool Knows(const std::string& reference, const std::string& account = "") {
    return (*log_->Latest(reference, account)).has_value();
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(LogPersonalTest, AnErasedEventKeepsItsPlaceAndNothingOfAnybody) {
  Append("R1", "approved", "C1");
  Append("R2", "rejected", "C2");
  const std::vector<UpgradeEvent> before = All();
  EXPECT_EQ(Act(Kind::kErase, {.reference = "R1"}).events, 1);

  // An unfiltered page is read with the chain.
  const std::vector<UpgradeEvent> after = All();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_THAT(PersonalTexts(after[0]), IsEmpty());
  EXPECT_EQ(after[0].raw_body(), "");
  EXPECT_EQ(after[0].erased().caller(), "officer");
  EXPECT_EQ(after[0].erased().time().seconds(), 1'700'000'000);
  UpgradeEvent left = before[0];
  ClearPersonal(left);
  *left.mutable_erased() = after[0].erased();
  EXPECT_EQ(after[0].SerializeAsString(), left.SerializeAsString());
  EXPECT_EQ(after[1].SerializeAsString(), before[1].SerializeAsString());
}

TEST_F(LogPersonalTest, AnErasedEventIsFoundByNothing) {
  Append("R1", "approved", "C1");
  Act(Kind::kErase, {.reference = "R1"});
  EXPECT_FALSE(Knows("R1"));
  EXPECT_FALSE(*log_->WasRemoved("R1", ""));
  ::netzme::v1::UpgradeFilter by_customer;
  by_customer.add_cust_ids("C1");
  EXPECT_THAT(All(by_customer), IsEmpty());
  const absl::StatusOr<ActedOn> again = TryAct(Kind::kErase, {.reference = "R1"});
  EXPECT_EQ(ReasonOf(again.status()), "UPGRADE_NOT_FOUND");
}

TEST_F(LogPersonalTest, AnErasedReferenceThatIsToldOfAgainIsANewOne) {
  Append("R1", "rejected");
  Append("R1", "approved");
  EXPECT_EQ(Act(Kind::kErase, {.reference = "R1"}).events, 2);
  EXPECT_EQ(events::Append(*log_, "R1", "approved").revision, 1);
  EXPECT_EQ(All().size(), 3u);
}

TEST_F(LogPersonalTest, OnlyTheLatestOfEachIsListedAsIfErasedOnesWereOfDifferentReferences) {
  Append("R1", "rejected");
  Append("R2", "approved");
  Act(Kind::kErase, {.reference = "R1"});
  Act(Kind::kErase, {.reference = "R2"});
  Append("R3", "rejected");
  Append("R3", "approved");
  ListQuery latest;
  latest.limit = 10;
  latest.latest_only = true;
  const absl::StatusOr<ListPage> page = log_->List(latest);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->events.size(), 3u);
}

TEST_F(LogPersonalTest, ACustomerIsErasedWithEveryReferenceOfTheirs) {
  Append("R1", "rejected", "C1");
  Append("R1", "approved");
  Append("R2", "approved", "C1");
  Append("R3", "approved", "C2");
  EXPECT_EQ(Act(Kind::kErase, {.cust_id = "C1"}).events, 3);
  EXPECT_FALSE(Knows("R1"));
  EXPECT_FALSE(Knows("R2"));
  EXPECT_TRUE(Knows("R3"));
}

TEST_F(LogPersonalTest, AReferenceIsOneOfItsAccount) {
  Append("R1", "approved", "C1", "main");
  Append("R1", "approved", "C2", "other");
  EXPECT_EQ(ReasonOf(TryAct(Kind::kErase, {.reference = "R1"}).status()), "INVALID_REQUEST");
  EXPECT_EQ(Act(Kind::kErase, {.reference = "R1", .account = "main"}).events, 1);
  EXPECT_FALSE(Knows("R1", "main"));
  EXPECT_TRUE(Knows("R1", "other"));
}

TEST_F(LogPersonalTest, ManyEventsAreErasedStepByStep) {
  for (int i = 0; i < 300; ++i) Append("R1", i % 2 == 0 ? "approved" : "rejected");
  const ActedOn first = Act(Kind::kErase, {.reference = "R1"});
  EXPECT_TRUE(first.more);
  const ActedOn second = Act(Kind::kErase, {.reference = "R1"});
  EXPECT_FALSE(second.more);
  EXPECT_EQ(first.events + second.events, 300);
  EXPECT_FALSE(Knows("R1"));
}

TEST_F(LogPersonalTest, ErasedStaysErasedOverAStart) {
  Append("R1", "approved", "C1");
  Act(Kind::kErase, {.reference = "R1"});
  Reopen();
  EXPECT_FALSE(Knows("R1"));
  ASSERT_EQ(All().size(), 1u);
  EXPECT_TRUE(All()[0].has_erased());
}

TEST_F(LogPersonalTest, WhatIsRestrictedShowsNothingOfAnybodyUntilItIsLifted) {
  Append("R1", "approved", "C1");
  const std::string before = All()[0].SerializeAsString();
  EXPECT_EQ(Act(Kind::kRestrict, {.reference = "R1"}).events, 1);
  const UpgradeEvent hidden = (*log_->Latest("R1", ""))->event;
  EXPECT_TRUE(hidden.restricted());
  EXPECT_THAT(PersonalTexts(hidden), IsEmpty());
  EXPECT_EQ(hidden.raw_body(), "");
  EXPECT_EQ(hidden.status(), ::netzme::v1::UPGRADE_STATUS_APPROVED);
  EXPECT_EQ(Act(Kind::kRestrict, {.reference = "R1"}).events, 0);

  EXPECT_EQ(Act(Kind::kLift, {.reference = "R1"}).events, 1);
  EXPECT_EQ(All()[0].SerializeAsString(), before);
}

TEST_F(LogPersonalTest, ARestrictionHoldsForLaterEventsAndOverAStart) {
  Append("R1", "rejected", "C1");
  Act(Kind::kRestrict, {.reference = "R1"});
  Append("R1", "approved", "C1");
  Append("R2", "approved");
  Reopen();
  const std::vector<UpgradeEvent> events = All();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_TRUE(events[0].restricted());
  EXPECT_TRUE(events[1].restricted());
  EXPECT_EQ(events[1].revision(), 2);
  EXPECT_FALSE(events[2].restricted());
  EXPECT_EQ(Act(Kind::kLift, {.reference = "R1"}).events, 2);
}

TEST_F(LogPersonalTest, WhoIsToldOfCommitsIsToldThatEventsChanged) {
  std::promise<void> first;
  std::atomic<bool> told = false;
  log_->SetOnRewritten([&] {
    if (!told.exchange(true)) first.set_value();
  });
  Append("R1", "approved");
  Act(Kind::kErase, {.reference = "R1"});
  first.get_future().wait();
}

TEST_F(LogPersonalTest, WhatWasNeverThereIsNotFound) {
  EXPECT_EQ(ReasonOf(TryAct(Kind::kRestrict, {.reference = "R1"}).status()), "UPGRADE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(TryAct(Kind::kErase, {.cust_id = "C1"}).status()), "UPGRADE_NOT_FOUND");
}

}  // namespace
}  // namespace kyc::events
