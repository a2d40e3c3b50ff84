#include "server/rpc/call_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace kyc::rpc {
namespace {

const absl::Time kNow = absl::UnixEpoch();

constexpr CallKind kKinds[] = {CallKind::kUnary, CallKind::kStream, CallKind::kConversation};
constexpr Phase kPhases[] = {Phase::kArrived,   Phase::kWaiting,   Phase::kReading,
                             Phase::kHandling,  Phase::kStopping,  Phase::kOpen,
                             Phase::kWriting,   Phase::kLastWrite, Phase::kRefused,
                             Phase::kFinishing, Phase::kGone};

// In every phase something ends the call, whoever keeps it there.
TEST(CallStateTest, EveryPhaseOfEveryKindHasALimit) {
  for (CallKind kind : kKinds) {
    for (Phase phase : kPhases) {
      const bool elsewhere = phase == Phase::kHandling ||                           // Its deadline.
                             phase == Phase::kGone ||                               // gRPC.
                             (phase == Phase::kOpen && kind == CallKind::kStream);  // Keepalive.
      for (bool hurried : {false, true}) {
        const absl::Duration limit = LimitOf(kind, phase, hurried);
        EXPECT_GT(limit, absl::ZeroDuration());
        EXPECT_EQ(limit == absl::InfiniteDuration(), elsewhere);
        if (!elsewhere) {
          EXPECT_LE(limit, absl::Seconds(40));
        }
      }
    }
  }
}

// Leads a call of `kind` to `phase`, if it can be there; all of it at kNow.
absl::optional<CallState> CallIn(CallKind kind, Phase phase) {
  CallState state(kNow);
  state.Begin(kind);
  const std::function<void()> steps[] = {
      [&] { state.Wait(kNow); },  [&] { state.Read(kNow); }, [&] { state.Message(true, kNow); },
      [&] { state.Write(kNow); }, [&] { state.Stop(kNow); }, [&] { state.TryEnd(kNow); }};
  for (const auto& step : steps) {
    if (state.phase() == phase) return state;
    step();
  }
  if (state.phase() == phase) return state;
  return absl::nullopt;
}

// Whatever its caller, its method or others let it wait for.
TEST(CallStateTest, WhatIsNotDecidedIsOverdueAtItsDeadline) {
  constexpr absl::Duration kTime = absl::Milliseconds(300);
  int cases = 0;
  for (CallKind kind : kKinds) {
    for (Phase phase :
         {Phase::kWaiting, Phase::kReading, Phase::kHandling, Phase::kOpen, Phase::kWriting}) {
      const absl::optional<CallState> state = CallIn(kind, phase);
      if (!state.has_value()) continue;
      ++cases;
      EXPECT_FALSE(state->IsOverdue(kNow + kTime, kNow + kTime, false));
      EXPECT_TRUE(state->IsOverdue(kNow + 2 * kTime, kNow + kTime, false));
    }
  }
  EXPECT_EQ(cases, 3 + 3 + 1 + 2 + 2);
}

// A reader that works on a message for some seconds still hears why its stream ended.
TEST(CallStateTest, TheLastMessageMayTakeAsLongAsAnyOther) {
  const struct {
    absl::Duration end, overdue;  // Since the message is on its way.
    bool hurried;
  } kCases[] = {{absl::ZeroDuration(), absl::Seconds(37), false},
                {absl::Seconds(34), absl::Seconds(37), false},
                {absl::ZeroDuration(), absl::Seconds(2), true},
                {absl::Seconds(34), absl::Seconds(36), true}};
  for (const auto& [end, overdue, hurried] : kCases) {
    CallState state(kNow);
    state.Begin(CallKind::kStream);
    state.Wait(kNow);
    state.Read(kNow);
    state.Message(true, kNow);
    ASSERT_TRUE(state.Write(kNow));
    ASSERT_EQ(state.TryEnd(kNow + end), CallState::End::kAfterWrite);
    const absl::Time not_yet = kNow + overdue - absl::Milliseconds(1500), by_then = kNow + overdue;
    // In a drain, or because its deadline is over: nobody waits for it any more.
    EXPECT_FALSE(state.IsOverdue(not_yet, absl::InfiniteFuture(), hurried)) << end;
    EXPECT_TRUE(state.IsOverdue(by_then, absl::InfiniteFuture(), hurried)) << end;
    const absl::Time deadline = hurried ? kNow : absl::InfiniteFuture();
    EXPECT_FALSE(state.IsOverdue(not_yet, deadline, false)) << end;
    EXPECT_TRUE(state.IsOverdue(by_then, deadline, false)) << end;
  }
}

// The caller resets its stream while a message of ours is stuck, which is taken all the same.
TEST(CallStateTest, AMessageThatIsTakenAfterTheCallersEndLeavesNothingOpen) {
  CallState state(kNow);
  state.Begin(CallKind::kStream);
  state.Wait(kNow);
  state.Read(kNow);
  state.Message(true, kNow);
  ASSERT_TRUE(state.Write(kNow));
  EXPECT_TRUE(state.Done(kNow));
  EXPECT_FALSE(state.over());
  EXPECT_EQ(state.Written(true, kNow), CallState::OnWritten::kNothing);
  EXPECT_TRUE(state.over());
}

// A call, the gRPC that it runs on, its method and its caller, each of which may do at any time
// what it may do at all.
class AnyCall {
 public:
  explicit AnyCall(std::mt19937& random) : random_(random), state_(kNow) {
    state_.Begin(kKinds[random_() % 3]);
  }

  // One step; false when nobody can do anything any more.
  bool Step() {
    std::vector<void (AnyCall::*)()> can;
    if (state_.phase() == Phase::kArrived) can = {&AnyCall::Wait, &AnyCall::End};
    if (state_.phase() == Phase::kWaiting) can = {&AnyCall::Admit, &AnyCall::End};
    if (reads_ > 0) can.push_back(&AnyCall::Read);
    if (writes_ > 0) can.push_back(&AnyCall::Written);
    if (finishes_ > 0) can.push_back(&AnyCall::Finished);
    if (answers_ > 0) can.push_back(&AnyCall::Answer);
    if (state_.phase() == Phase::kOpen) can.push_back(&AnyCall::GoOn);
    // gRPC's word comes when the caller is gone, or when the end was taken: once.
    if (state_.Owes(Owed::kDone)) {
      can.push_back(&AnyCall::Done);
      can.push_back(&AnyCall::End);
      can.push_back(&AnyCall::Stop);
      can.push_back(&AnyCall::Cut);
    }
    if (can.empty()) return false;
    (this->*can[random_() % can.size()])();
    return true;
  }

  void CheckOver() const {
    EXPECT_TRUE(state_.over());
    EXPECT_LE(all_finishes_, 1) << "the end may be told once";
  }
  void Check() const {
    ASSERT_EQ(state_.Owes(Owed::kRead), reads_ > 0);
    ASSERT_EQ(state_.Owes(Owed::kWrite), writes_ > 0);
    ASSERT_EQ(state_.Owes(Owed::kFinish), finishes_ > 0);
    ASSERT_EQ(state_.Owes(Owed::kAnswer), answers_ > 0);
    ASSERT_LE(reads_, 1);
    ASSERT_LE(writes_, 1);
    ASSERT_LE(finishes_, 1);
    ASSERT_FALSE(state_.over() && state_.Owes(Owed::kDone));
  }

 private:
  bool Ok() { return !gone_ && random_() % 4 != 0; }
  void Wait() { state_.Wait(kNow); }
  void Admit() { reads_ += state_.Read(kNow) ? 1 : 0; }
  void Read() {
    --reads_;
    switch (state_.Message(Ok(), kNow)) {
      case CallState::OnRead::kHandle:
        if (state_.kind() == CallKind::kUnary) {
          ++answers_;
        } else {
          GoOn();
        }
        break;
      case CallState::OnRead::kNoMore:
        End();
        break;
      case CallState::OnRead::kNothing:
        break;
    }
  }
  void GoOn() { writes_ += state_.Write(kNow) ? 1 : 0; }
  void Written() {
    --writes_;
    // gRPC may have taken a message just before it learned of the caller's end.
    switch (state_.Written(random_() % 4 != 0, kNow)) {
      case CallState::OnWritten::kGoOn:
        if (state_.kind() == CallKind::kConversation) Wait();
        break;
      case CallState::OnWritten::kFinish:
        ToldFinish();
        break;
      case CallState::OnWritten::kLost:
      case CallState::OnWritten::kNothing:
        break;
    }
  }
  void End() {
    if (state_.TryEnd(kNow) == CallState::End::kNow) ToldFinish();
  }
  void ToldFinish() {
    ++finishes_;
    ++all_finishes_;
  }
  void Finished() {
    --finishes_;
    state_.Finished();
  }
  void Answer() {
    --answers_;
    if (state_.Answer()) End();
  }
  void Stop() { state_.Stop(kNow); }
  void Cut() { state_.Leave(kNow); }
  void Done() {
    gone_ = true;
    state_.Done(kNow);
  }

  std::mt19937& random_;
  CallState state_;
  bool gone_ = false;
  int reads_ = 0, writes_ = 0, finishes_ = 0, answers_ = 0, all_finishes_ = 0;
};

TEST(CallStateTest, InWhateverOrderThingsEndEveryCallIsOver) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    AnyCall call(random);
    while (call.Step()) {
      call.Check();
      if (HasFatalFailure()) return;
    }
    call.CheckOver();
  }
}

}  // namespace
}  // namespace kyc::rpc
