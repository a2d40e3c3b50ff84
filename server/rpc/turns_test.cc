#include "server/rpc/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/rpc/testing/hand_loop.h"

namespace kyc::rpc {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(10);

// Notes what it is told.
class Reader final : public Turns::Taker {
 public:
  Reader(std::string name, std::vector<std::string>* told) : name(std::move(name)), told_(told) {}
  ~Reader() override { Turns::Leave(this); }
  void OnTurn() override {
    reads = true;
    Note("reads");
  }
  void OnNoTurn() override { Note("refused"); }
  void OnTurnOver() override { Note("over"); }

  const std::string name;
  bool reads = false;

 private:
  void Note(const char* what) { told_->push_back(absl::StrCat(name, " ", what)); }
  std::vector<std::string>* const told_;
};

class TurnsTest : public testing::Test {
 protected:
  void Make(TurnLimits limits) { turns_ = std::make_unique<Turns>(loop_, limits, loop_.clock()); }
  ~TurnsTest() override { readers_.clear(); }
  Reader* Ask(const std::string& name, const std::string& who, int64_t cost = 1) {
    readers_.push_back(std::make_unique<Reader>(name, &told_));
    turns_->Ask(readers_.back().get(), who, cost);
    return readers_.back().get();
  }
  std::vector<std::string> Told() { return std::exchange(told_, {}); }

  HandLoop loop_;
  std::vector<std::string> told_;
  std::unique_ptr<Turns> turns_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

TEST_F(TurnsTest, ThoseOfOneCallerReadInOrderAsTurnsComeFree) {
  Make({4, 10, kPatience});
  Reader* const first = Ask("a1", "a");
  Ask("a2", "a");
  Ask("a3", "a");  // Half of what the others leave.
  Ask("a4", "a");
  EXPECT_THAT(Told(), ElementsAre("a1 reads", "a2 reads"));
  Turns::Leave(first);
  EXPECT_THAT(Told(), ElementsAre("a3 reads"));
}

TEST_F(TurnsTest, ACallerThatFillsItsShareHindersItselfAlone) {
  Make({8, 10, kPatience});
  for (int i = 0; i < 10; ++i) Ask(absl::StrCat("stalled", i), "a");
  Told();
  Ask("b1", "b");
  Ask("c1", "c");
  EXPECT_THAT(Told(), ElementsAre("b1 reads", "c1 reads"));
}

TEST_F(TurnsTest, OneTurnIsAlwaysAllowedWhereThereIsRoomForIt) {
  Make({100, 10, kPatience});
  Ask("a1", "a", 100);
  EXPECT_THAT(Told(), ElementsAre("a1 reads"));
  Ask("b1", "b", 1);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(TurnsTest, WaitingCallersTakeTurns) {
  Make({1, 10, kPatience});
  Reader* reading = Ask("a1", "a");
  for (const char* name : {"a2", "a3"}) Ask(name, "a");
  Reader* const b1 = Ask("b1", "b");
  Turns::Leave(reading);
  EXPECT_THAT(Told(), ElementsAre("a1 reads", "a2 reads"));
  Turns::Leave(readers_[1].get());
  EXPECT_THAT(Told(), ElementsAre("b1 reads"));
  Turns::Leave(b1);
  EXPECT_THAT(Told(), ElementsAre("a3 reads"));
}

TEST_F(TurnsTest, WhoWaitsTooLongIsRefused) {
  Make({1, 10, kPatience});
  Ask("a1", "a");
  Ask("a2", "a");
  loop_.Pass(kPatience / 2);
  Ask("a3", "a");
  Told();
  loop_.Pass(kPatience / 2 + absl::Seconds(1));
  EXPECT_THAT(Told(), ElementsAre("a2 refused"));
  loop_.Pass(kPatience);
  EXPECT_THAT(Told(), ElementsAre("a3 refused"));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(TurnsTest, MoreThanMayWaitAreRefusedAtOnce) {
  Make({1, 1, kPatience});
  for (const char* name : {"a1", "a2", "a3"}) Ask(name, "a");
  EXPECT_THAT(Told(), ElementsAre("a1 reads", "a3 refused"));
}

TEST_F(TurnsTest, ATurnThatTakesTooLongEndsOnceSomebodyWaits) {
  Make({1, 10, kPatience, absl::Seconds(1)});
  Ask("late", "a");
  loop_.Pass(absl::Seconds(5));
  EXPECT_THAT(Told(), ElementsAre("late reads"));
  Ask("next", "a");
  loop_.Pass(absl::Milliseconds(100));
  EXPECT_THAT(Told(), ElementsAre("late over", "next reads"));
  Ask("last", "b");
  EXPECT_THAT(Told(), IsEmpty());
  loop_.Pass(absl::Seconds(2));
  EXPECT_THAT(Told(), ElementsAre("next over", "last reads"));
}

// Those who wait are at their share: another's turn would be of no use to them.
TEST_F(TurnsTest, ACallersLateMessagesEndItsOwnTurnsOnly) {
  Make({4, 100, kPatience, absl::Seconds(1), true});
  Ask("b1", "b");
  for (int i = 0; i < 20; ++i) Ask(absl::StrCat("a", i), "a");
  loop_.Pass(absl::Seconds(5));
  for (const std::string& told : Told()) EXPECT_NE(told, "b1 over");
}

// What came while everything stood still is behind the look.
TEST_F(TurnsTest, ALookThatComesLateEndsNoTurn) {
  Make({1, 10, kPatience, absl::Seconds(1)});
  Reader* const reading = Ask("a1", "a");
  Ask("b1", "b");
  loop_.StandStill(absl::Seconds(5));
  EXPECT_THAT(Told(), ElementsAre("a1 reads"));
  Turns::Leave(reading);
  EXPECT_THAT(Told(), ElementsAre("b1 reads"));
}

TEST_F(TurnsTest, WhereTheNewestIsFirstTheOldestWait) {
  Make({1, 10, kPatience, absl::Seconds(1), true});
  Reader* const reading = Ask("a1", "a");
  for (const char* name : {"a2", "a3", "a4"}) Ask(name, "a");
  Turns::Leave(reading);
  EXPECT_THAT(Told(), ElementsAre("a1 reads", "a4 reads"));
}

TEST_F(TurnsTest, WhatIsTakenOtherwiseLeavesLess) {
  Make({100, 10, kPatience});
  turns_->SetPatienceWhenTaken(absl::Milliseconds(250));
  turns_->SetTaken(60);
  Ask("a1", "a", 50);
  EXPECT_THAT(Told(), IsEmpty());
  turns_->SetTaken(50);
  EXPECT_THAT(Told(), ElementsAre("a1 reads"));
  turns_->SetTaken(90);
  Ask("b1", "b", 50);
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(Told(), ElementsAre("b1 refused"));
}

// Small messages that go on for ever, of which one is read at each step, and large ones beside.
class OvertakingTest : public TurnsTest {
 protected:
  void AskSmall(int callers) {
    for (int i = 0; i < callers; ++i) Ask(absl::StrCat("small", i), absl::StrCat("small", i), 8);
  }
  // The one that has been on its way longest is whole. Where it is small its caller has another.
  void Step() {
    loop_.Pass(absl::Milliseconds(20));
    for (auto at = readers_.begin(); at != readers_.end(); ++at) {
      if (!(*at)->reads || (*at)->name == "stalled") continue;
      const std::string name = (*at)->name;
      readers_.erase(at);
      if (name.substr(0, 5) == "small") Ask(name, name, 8);
      return;
    }
  }
  void Steps(int steps) {
    for (int i = 0; i < steps; ++i) Step();
  }
};

TEST_F(OvertakingTest, WhoAsksForMuchIsNotPassedOverForEver) {
  Make({32, 100, kPatience});
  AskSmall(8);
  for (int i = 0; i < 3; ++i) Ask(absl::StrCat("large", i), absl::StrCat("large", i), 17);
  Steps(400);
  const std::vector<std::string> told = Told();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(told, Contains(absl::StrCat("large", i, " reads")));
  EXPECT_THAT(told, Not(Contains(EndsWith("refused"))));
  // Nor do the others stand still: each of four has a step to itself as long as all are small.
  EXPECT_GT(told.size(), 350U);
}

// What would make room for the large one is stalled: others get by, and it is refused in time.
TEST_F(OvertakingTest, RoomIsNotKeptForLongWhereNoneComesFree) {
  Make({32, 100, kPatience});
  Ask("stalled", "stalled", 20);
  AskSmall(2);
  Ask("large", "large", 17);
  for (int i = 0; i < 6; ++i) {
    Told();
    Steps(75);  // 1.5 s.
    EXPECT_THAT(Told(), AllOf(Contains("small0 reads"), Contains("small1 reads"),
                              Not(Contains(EndsWith("refused")))));
  }
  Steps(75);
  EXPECT_THAT(Told(), Contains("large refused"));
}

TEST_F(TurnsTest, WhoHasLessPatienceDoesNotWaitBehindOneWhoHasMore) {
  Make({32, 100, kPatience});
  turns_->SetPatienceWhenTaken(absl::Milliseconds(250));
  Ask("reading", "b", 8);
  turns_->SetTaken(20);
  Ask("small", "a", 8);
  Ask("large", "a", 17);  // What is taken leaves no room for it, whoever reads.
  Told();
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(Told(), ElementsAre("large refused"));
}

}  // namespace
}  // namespace kyc::rpc
