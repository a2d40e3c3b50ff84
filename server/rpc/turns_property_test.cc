// Random callers of all kinds, in random order: nobody waits beyond the limit, a caller with many
// messages that do not come hinders itself alone, and in the end every count is back at zero.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/net/shares.h"
#include "server/rpc/admission.h"
#include "server/rpc/testing/hand_loop.h"
#include "server/rpc/turns.h"

namespace kyc::rpc {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kLateLook = absl::Milliseconds(250);

// A message of somebody.
class Message final : public Turns::Taker {
 public:
  enum class State { kWaits, kReads, kRefused, kOver };

  explicit Message(HandLoop& loop) : loop_(loop), asked_(loop.now()) {}
  ~Message() override { Turns::Leave(this); }

  void OnTurn() override { MoveTo(State::kReads); }
  void OnNoTurn() override { MoveTo(State::kRefused); }
  void OnTurnOver() override { MoveTo(State::kOver); }

  bool reads() const { return state_ == State::kReads; }
  bool refused() const { return state_ == State::kRefused; }
  absl::Duration waited() const { return std::min(loop_.now(), answered_) - asked_; }

 private:
  void MoveTo(State to) {
    EXPECT_EQ(state_, to == State::kOver ? State::kReads : State::kWaits);
    if (state_ == State::kWaits) answered_ = loop_.now();
    state_ = to;
  }

  HandLoop& loop_;
  State state_ = State::kWaits;
  const absl::Time asked_;
  absl::Time answered_ = absl::InfiniteFuture();
};

class Crowd {
 public:
  explicit Crowd(uint32_t seed) : random(seed) {}
  int Below(int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

  Message& Add() {
    messages.push_back(std::make_unique<Message>(loop));
    return *messages.back();
  }
  void Leave(size_t at) { messages.erase(messages.begin() + static_cast<ptrdiff_t>(at)); }
  // A message that `may` leave does, if there is one.
  template <typename May>
  void LeaveOne(May may) {
    if (messages.empty()) return;
    const size_t at = static_cast<size_t>(Below(static_cast<int>(messages.size())));
    if (may(*messages[at])) Leave(at);
  }
  // Nor did those who do not wait any more.
  void ExpectNobodyWaitsBeyond(absl::Duration limit) const {
    for (const auto& message : messages) EXPECT_LE(message->waited(), limit);
  }

  std::mt19937 random;
  HandLoop loop;
  std::vector<std::unique_ptr<Message>> messages;
};

TEST(TurnsPropertyTest, WhateverHappensEveryTurnComesBack) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    const TurnLimits limits{1 + crowd.Below(40), static_cast<size_t>(crowd.Below(10)),
                            absl::Seconds(1 + crowd.Below(5)),
                            crowd.Chance(50) ? absl::InfiniteDuration() : absl::Seconds(1),
                            crowd.Chance(50)};
    Turns turns(crowd.loop, limits, crowd.loop.clock());
    if (crowd.Chance(50)) turns.SetPatienceWhenTaken(absl::Milliseconds(250));
    int64_t taken = 0;
    for (int step = 0; step < 150; ++step) {
      switch (crowd.Below(4)) {
        case 0:
          turns.Ask(&crowd.Add(), absl::StrCat(crowd.Below(5)), 1 + crowd.Below(20));
          break;
        case 1:
          crowd.LeaveOne([](const Message&) { return true; });
          break;
        case 2:
          crowd.loop.Pass(absl::Milliseconds(crowd.Below(1500)));
          break;
        case 3:
          turns.SetTaken(taken = crowd.Below(5));
      }
      ASSERT_GE(turns.in_use(), 0);
      ASSERT_LE(turns.in_use(), limits.capacity);
      ASSERT_LE(turns.waiting(), limits.max_waiting);
      crowd.ExpectNobodyWaitsBeyond(limits.patience + kLateLook);
    }
    crowd.messages.clear();
    EXPECT_EQ(turns.in_use(), 0);
    EXPECT_EQ(turns.waiting(), 0U);
    crowd.loop.Pass(absl::Minutes(1));
    EXPECT_EQ(crowd.loop.timers(), 0U) << "nobody waits, nothing is looked at";
  }
}

// Others have one message at a time, small or large, each of which takes a moment. One caller has
// as many as it likes, and none of them comes.
TEST(TurnsPropertyTest, WhoStallsHindersItselfAlone) {
  constexpr int64_t kCapacity = 512, kLargest = 17;
  constexpr int kOthers = 6;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    Turns turns(crowd.loop, {kCapacity, 2000, kPatience}, crowd.loop.clock());
    std::vector<std::unique_ptr<Message>> stalled, others(kOthers);
    for (int step = 0; step < 500; ++step) {
      if (crowd.Chance(60)) {
        stalled.push_back(std::make_unique<Message>(crowd.loop));
        turns.Ask(stalled.back().get(), "stalls", 1 + crowd.Below(kLargest));
      }
      if (!stalled.empty() && crowd.Chance(20)) {
        stalled.erase(stalled.begin() + crowd.Below(static_cast<int>(stalled.size())));
      }
      auto& other = others[static_cast<size_t>(crowd.Below(kOthers))];
      if (other == nullptr) {
        other = std::make_unique<Message>(crowd.loop);
        turns.Ask(other.get(), absl::StrCat(&other - others.data()), 1 + crowd.Below(kLargest));
        // Half of the room is never the stalled ones', and six need less than that.
        EXPECT_TRUE(other->reads());
      } else {
        other = nullptr;
      }
      crowd.loop.Pass(absl::Milliseconds(crowd.Below(200)));
    }
  }
}

// Full of many callers' small messages, all of which come: large ones have their turn before long.
TEST(TurnsPropertyTest, WhoAsksForMuchHasItsTurnBeforeItsPatienceEnds) {
  constexpr int64_t kCapacity = 64;
  constexpr int kCallers = 30;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    Turns turns(crowd.loop, {kCapacity, 2000, kPatience}, crowd.loop.clock());
    int asked = 0;
    for (int step = 0; step < 2000; ++step) {
      while (crowd.messages.size() < kCallers) {
        // One of ten is large, so that small ones are always there to go before it.
        const bool large = asked++ % 10 == 9;
        turns.Ask(&crowd.Add(), absl::StrCat(crowd.Below(kCallers)), large ? 17 : 8);
      }
      if (crowd.Chance(50)) {
        const auto at = std::find_if(crowd.messages.begin(), crowd.messages.end(),
                                     [](const auto& message) { return message->reads(); });
        if (at != crowd.messages.end()) crowd.messages.erase(at);
      }
      for (const auto& message : crowd.messages) {
        ASSERT_FALSE(message->refused());
      }
      crowd.loop.Pass(absl::Milliseconds(crowd.Below(40)));
    }
    crowd.messages.clear();
    EXPECT_EQ(turns.in_use(), 0);
  }
}

// All ways of the admission together, with messages that are held after they were read.
TEST(TurnsPropertyTest, TheAdmissionIsEmptyInTheEnd) {
  using Way = Admission::Way;
  constexpr Way kWays[] = {Way::kAnybody, Way::kSmall, Way::kOptional, Way::kImages};
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    Admission admission(crowd.loop, {100, absl::Milliseconds(250)}, crowd.loop.clock());
    std::vector<int64_t> held;
    int64_t sum = 0;
    for (int step = 0; step < 300; ++step) {
      switch (crowd.Below(5)) {
        case 0: {
          const Way way = kWays[crowd.Below(4)];
          admission.Ask(&crowd.Add(), way, absl::StrCat(crowd.Below(4)), 1 + crowd.Below(20));
          break;
        }
        case 1:  // It was read: first it is held, then its turn is over.
          crowd.LeaveOne([&](const Message& message) {
            if (!message.reads()) return false;
            held.push_back(crowd.Below(20));
            sum += held.back();
            admission.Hold(held.back());
            return true;
          });
          break;
        case 2:  // Its caller went away.
          crowd.LeaveOne([](const Message&) { return true; });
          break;
        case 3:
          if (held.empty()) break;
          sum -= held.back();
          admission.GiveBack(held.back());
          held.pop_back();
          break;
        case 4:
          crowd.loop.Pass(absl::Milliseconds(crowd.Below(700)));
      }
      ASSERT_EQ(admission.held(), sum);
      crowd.ExpectNobodyWaitsBeyond(kPatience + kLateLook);
    }
    crowd.messages.clear();
    for (int64_t bytes : held) admission.GiveBack(bytes);
    EXPECT_EQ(admission.held(), 0);
    // All of its room is there again.
    for (Way way : kWays) {
      Message& last = crowd.Add();
      admission.Ask(&last, way, "last", 100);
      EXPECT_TRUE(last.reads());
      crowd.messages.clear();
    }
    crowd.loop.Pass(absl::Minutes(1));
    EXPECT_EQ(crowd.loop.timers(), 0U);
  }
}

TEST(SharesPropertyTest, WhateverHappensEveryShareComesBack) {
  constexpr int kCapacity = 50, kCallers = 8;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Crowd crowd(seed);
    net::Shares shares(kCapacity);
    std::vector<int> has(kCallers);
    int all = 0;
    for (int step = 0; step < 500; ++step) {
      const int who = crowd.Below(kCallers);
      int& mine = has[static_cast<size_t>(who)];
      if (crowd.Chance(55)) {
        const bool took = shares.Take(absl::StrCat(who));
        // Who has none has one as long as there is any, and nobody more than half of what the
        // others leave.
        EXPECT_TRUE(took || mine > 0 || all == kCapacity);
        EXPECT_TRUE(!took || mine == 0 || mine + 1 <= (kCapacity - (all - mine)) / 2);
        mine += took ? 1 : 0;
        all += took ? 1 : 0;
      } else if (mine > 0) {
        shares.GiveBack(absl::StrCat(who));
        --mine;
        --all;
      }
      ASSERT_EQ(shares.in_use(), all);
    }
    for (int who = 0; who < kCallers; ++who) {
      while (has[static_cast<size_t>(who)]-- > 0) shares.GiveBack(absl::StrCat(who));
    }
    EXPECT_EQ(shares.in_use(), 0);
  }
}

}  // namespace
}  // namespace kyc::rpc
