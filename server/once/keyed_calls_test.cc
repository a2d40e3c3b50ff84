#include "server/once/keyed_calls.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/error.h"
#include "server/once/errors.h"

namespace kyc::once {
namespace {

using events::CallKey;
using events::KeyClaim;
using events::KeyEnd;
using events::KeyFound;
using ::testing::ElementsAre;

// A loop that runs what was posted when it is told to, by a clock that the test moves.
class StepLoop final : public rpc::Loop {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId After(absl::Duration delay, Task task) override {
    timers_.emplace(std::make_pair(now_ + delay, ++last_), std::move(task));
    return last_;
  }
  void Cancel(TimerId timer) override {
    for (auto at = timers_.begin(); at != timers_.end(); ++at) {
      if (at->first.second != timer) continue;
      timers_.erase(at);
      return;
    }
  }
  void Run() {
    while (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      std::move(task)();
    }
  }
  void Pass(absl::Duration time) {
    const absl::Time until = now_ + time;
    for (Run(); !timers_.empty() && timers_.begin()->first.first <= until; Run()) {
      auto first = timers_.extract(timers_.begin());
      now_ = std::max(now_, first.key().first);
      std::move(first.mapped())();
    }
    now_ = until;
  }
  absl::Time now() const { return now_; }
  size_t timers() const { return timers_.size(); }

 private:
  absl::Time now_ = absl::UnixEpoch();
  TimerId last_ = 0;
  std::deque<Task> tasks_;
  std::map<std::pair<absl::Time, TimerId>, Task> timers_;
};

// The engines' rule over a map, which fails when it is told to.
class MapStore final : public events::CallKeys {
 public:
  void Claim(CallKey key, absl::Duration,
             absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) override {
    steps.push_back("claim");
    if (holds) {
      held = [this, key = std::move(key), done = std::move(done)]() mutable {
        Judge(std::move(key), std::move(done));
      };
      return;
    }
    if (!fault.ok()) return std::move(done)(fault);
    Judge(std::move(key), std::move(done));
  }
  void Judge(CallKey key, absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) {
    auto found = rows.find(key.key);
    absl::optional<events::KeyRow> row;
    if (found != rows.end()) row = found->second.first;
    KeyClaim claim{JudgeKey(row, key.content, run_id, others_live), ""};
    if (claim.found == KeyFound::kAnswered) claim.answer = found->second.second;
    if (claim.found == KeyFound::kClaimed) {
      rows[key.key] = {{events::KeyState::kClaimed, key.content, run_id}, ""};
    }
    std::move(done)(std::move(claim));
  }
  void Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) override {
    steps.push_back("settle");
    if (!fault.ok()) return std::move(done)(fault);
    auto& [row, answer] = rows[key.key];
    if (end.kind == KeyEnd::Kind::kFree) {
      rows.erase(key.key);
    } else {
      row.state = end.kind == KeyEnd::Kind::kAnswered ? events::KeyState::kAnswered
                                                      : events::KeyState::kLost;
      answer = std::move(end.answer);
    }
    std::move(done)(absl::OkStatus());
  }
  const events::CallKeySecrets& secrets() const override { return secrets_; }

  // Answers the claim that it held back.
  void Release() {
    holds = false;
    std::move(held)();
  }

  absl::Status fault = absl::OkStatus();
  bool holds = false;
  absl::AnyInvocable<void() &&> held;
  std::string run_id = "this run";
  bool others_live = true;
  std::map<std::string, std::pair<events::KeyRow, std::string>> rows;
  std::vector<std::string> steps;

 private:
  events::CallKeySecrets secrets_;
};

class KeyedCallsTest : public testing::Test {
 protected:
  KeyedCallsTest() {
    options_.now = [this] { return loop_.now(); };
    options_.max_waiting_for_one = 3;
    calls_ = KeyedCalls::Make(loop_, &store_, options_);
  }

  // A caller. Its answer is what `answers_` gets: "response", "replay of response" or "REASON".
  void Call(const std::string& content = "content", absl::Duration deadline = absl::Seconds(10),
            std::stop_token cancel = {}) {
    CallContext context;
    context.deadline = loop_.now() + deadline;
    context.cancel = std::move(cancel);
    const size_t number = answers_.size();
    answers_.emplace_back();
    calls_->Run(
        context, CallKey{"key", content, "subject"},
        [this](CallContext own, Done<std::string> ended) {
          store_.steps.push_back("send");
          own_.push_back(std::move(own));
          ended_.push_back(std::move(ended));
        },
        [this, number](KeyedAnswer answer) {
          answers_[number] = answer.result.ok() ? *answer.result : ReasonOf(answer.result.status());
          if (answer.replay) answers_[number] = "replay of " + answers_[number];
          by_.emplace_back(TextOf(answer.by));
        });
    loop_.Run();
  }
  // The call that was sent last ends.
  void End(absl::StatusOr<std::string> result) {
    Done<std::string> ended = std::move(ended_.back());
    ended_.pop_back();
    std::move(ended)(std::move(result));
    loop_.Run();
  }
  static absl::Status Failed(absl::StatusCode code, Outcome outcome) {
    Error error;
    error.code = code;
    error.reason = "FAILED";
    error.metadata = {{"outcome", std::string(OutcomeText(outcome))}};
    return ToStatus(error);
  }

  StepLoop loop_;
  MapStore store_;
  KeyedOptions options_;
  std::shared_ptr<KeyedCalls> calls_;
  std::vector<CallContext> own_;
  std::vector<Done<std::string>> ended_;
  std::vector<std::string> answers_;
  std::vector<std::string> by_;  // What answered, in the order of the answers.
};

TEST_F(KeyedCallsTest, IsClaimedThenSentThenStoredThenAnswered) {
  Call();
  EXPECT_THAT(store_.steps, ElementsAre("claim", "send"));
  EXPECT_THAT(answers_, ElementsAre(""));
  End("response");
  EXPECT_THAT(store_.steps, ElementsAre("claim", "send", "settle"));
  EXPECT_THAT(answers_, ElementsAre("response"));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(KeyedCallsTest, ARepeatGetsTheSameAnswerAndNothingIsSent) {
  Call();
  End("response");
  Call();
  Call();
  EXPECT_THAT(answers_, ElementsAre("response", "replay of response", "replay of response"));
  EXPECT_TRUE(ended_.empty());
  EXPECT_THAT(by_, ElementsAre("sent", "replayed", "replayed"));
}

TEST_F(KeyedCallsTest, AnErrorThatWillNotChangeIsReplayedToo) {
  Call();
  End(Failed(absl::StatusCode::kInvalidArgument, Outcome::kRefused));
  Call();
  EXPECT_THAT(answers_, ElementsAre("FAILED", "replay of FAILED"));
}

TEST_F(KeyedCallsTest, WhatWasNotProcessedIsTriedAnew) {
  Call();
  End(Failed(absl::StatusCode::kUnavailable, Outcome::kNotSent));
  Call();
  End("response");
  EXPECT_THAT(answers_, ElementsAre("FAILED", "response"));
}

TEST_F(KeyedCallsTest, WhatIsNotKnownIsNeverSentAgain) {
  Call();
  End(Failed(absl::StatusCode::kUnknown, Outcome::kUnknown));
  Call();
  Call();
  EXPECT_THAT(answers_,
              ElementsAre("FAILED", "REQUEST_OUTCOME_UNKNOWN", "REQUEST_OUTCOME_UNKNOWN"));
  EXPECT_TRUE(ended_.empty());
  EXPECT_THAT(by_, ElementsAre("sent", "unknown", "unknown"));
}

TEST_F(KeyedCallsTest, OtherContentIsRefusedWhileItRunsAndLater) {
  Call();
  Call("other");
  End("response");
  Call("other");
  EXPECT_THAT(answers_, ElementsAre("response", "REQUEST_ID_REUSED", "REQUEST_ID_REUSED"));
  EXPECT_THAT(by_, ElementsAre("reused", "sent", "reused"));
}

TEST_F(KeyedCallsTest, WhoComesMeanwhileGetsThatAnswer) {
  Call();
  Call();
  Call();
  EXPECT_EQ(ended_.size(), 1U);
  End("response");
  EXPECT_THAT(answers_, ElementsAre("response", "replay of response", "replay of response"));
  EXPECT_THAT(by_, ElementsAre("sent", "waited", "waited"));
}

TEST_F(KeyedCallsTest, WhoIsTooManyIsToldSo) {
  for (int i = 0; i < 4; ++i) Call();
  EXPECT_EQ(answers_[3], "REQUEST_IN_PROGRESS");
  End("response");
  EXPECT_EQ(answers_[2], "replay of response");
}

TEST_F(KeyedCallsTest, WhoWaitsTooLongIsToldThatItIsInProgress) {
  Call("content", absl::Seconds(10));
  Call("content", absl::Seconds(2));
  loop_.Pass(absl::Seconds(2));
  EXPECT_THAT(answers_, ElementsAre("", "REQUEST_IN_PROGRESS"));
  End("response");
  EXPECT_EQ(answers_[0], "response");
  EXPECT_THAT(by_, ElementsAre("in_progress", "sent"));
}

TEST_F(KeyedCallsTest, ItRunsToItsEndThoughItsCallerLeft) {
  std::stop_source stop;
  Call("content", absl::Seconds(2), stop.get_token());
  Call("content", absl::Seconds(30));
  stop.request_stop();
  loop_.Run();
  EXPECT_FALSE(own_.front().cancel.stop_requested());
  EXPECT_GT(own_.front().deadline, loop_.now() + absl::Seconds(50));
  EXPECT_THAT(answers_, ElementsAre("CALLER_CANCELLED", ""));
  End("response");
  EXPECT_EQ(answers_[1], "replay of response");
  EXPECT_THAT(by_, ElementsAre("left", "waited"));
}

TEST_F(KeyedCallsTest, AfterItsCallersDeadlineTheAnswerIsStored) {
  Call("content", absl::Seconds(1));
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(answers_, ElementsAre("CALLER_DEADLINE"));
  End("response");
  Call();
  EXPECT_EQ(answers_[1], "replay of response");
}

TEST_F(KeyedCallsTest, WhatCannotBeClaimedIsNotSentAndFreeLater) {
  store_.fault = absl::UnavailableError("full");
  Call();
  Call();
  EXPECT_THAT(answers_, ElementsAre("LOG_UNAVAILABLE", "LOG_UNAVAILABLE"));
  EXPECT_TRUE(ended_.empty());
  store_.fault = absl::OkStatus();
  loop_.Pass(absl::Seconds(2));
  Call();
  End("response");
  EXPECT_EQ(answers_[2], "response");
  EXPECT_THAT(by_, ElementsAre("not_claimed", "not_claimed", "sent"));
}

TEST_F(KeyedCallsTest, WhatCannotBeStoredIsToldAndStoredLater) {
  Call();
  store_.fault = absl::UnavailableError("full");
  End("response");
  Call();
  EXPECT_THAT(answers_, ElementsAre("response", "replay of response"));
  store_.fault = absl::OkStatus();
  loop_.Pass(absl::Seconds(2));
  EXPECT_EQ(store_.rows["key"].first.state, events::KeyState::kAnswered);
  Call();
  EXPECT_EQ(answers_[2], "replay of response");
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(KeyedCallsTest, AnotherProcesssCallIsWaitedFor) {
  store_.rows["key"] = {{events::KeyState::kClaimed, "content", "another run"}, ""};
  Call();
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(answers_, ElementsAre(""));
  store_.rows["key"] = {{events::KeyState::kAnswered, "content", "another run"}, "\x01response"};
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(answers_, ElementsAre("replay of response"));
  EXPECT_THAT(by_, ElementsAre("waited"));
}

TEST_F(KeyedCallsTest, AnotherProcesssCallThatWasNotProcessedIsTriedHere) {
  store_.rows["key"] = {{events::KeyState::kClaimed, "content", "another run"}, ""};
  Call();
  store_.rows.clear();
  loop_.Pass(absl::Seconds(1));
  End("response");
  EXPECT_THAT(answers_, ElementsAre("response"));
}

TEST_F(KeyedCallsTest, WhatADeadProcessClaimedIsLost) {
  store_.rows["key"] = {{events::KeyState::kClaimed, "content", "another run"}, ""};
  store_.others_live = false;
  Call();
  EXPECT_THAT(answers_, ElementsAre("REQUEST_OUTCOME_UNKNOWN"));
  EXPECT_THAT(by_, ElementsAre("unknown"));
}

TEST_F(KeyedCallsTest, AStoreThatTakesNoMoreQuestionsEndsNoWait) {
  store_.rows["key"] = {{events::KeyState::kClaimed, "content", "another run"}, ""};
  Call();
  store_.fault = absl::ResourceExhaustedError("too much waits");
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(answers_, ElementsAre(""));
  store_.fault = absl::OkStatus();
  store_.rows["key"] = {{events::KeyState::kAnswered, "content", "another run"}, "\x01response"};
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(answers_, ElementsAre("replay of response"));
}

// Its process stood still, as others may have taken it for dead.
TEST_F(KeyedCallsTest, AClaimThatComesTooLateSendsNothing) {
  store_.holds = true;
  Call("content", absl::Hours(1));
  loop_.Pass(options_.longest);
  store_.Release();
  loop_.Run();
  EXPECT_THAT(answers_, ElementsAre("CALLER_DEADLINE"));
  EXPECT_THAT(store_.steps, ElementsAre("claim", "settle"));
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(KeyedCallsTest, WhatACallTakesIsCountedFromItsClaim) {
  store_.holds = true;
  Call("content", absl::Hours(1));
  const absl::Time asked = loop_.now();
  loop_.Pass(absl::Seconds(20));
  store_.Release();
  loop_.Run();
  EXPECT_EQ(own_.front().deadline, asked + options_.longest);
}

TEST_F(KeyedCallsTest, AnErrorThatCannotBeStoredIsToldToThoseWhoComeToo) {
  Call();
  store_.fault = absl::UnavailableError("full");
  End(Failed(absl::StatusCode::kInvalidArgument, Outcome::kRefused));
  Call();
  EXPECT_THAT(answers_, ElementsAre("FAILED", "replay of FAILED"));
}

TEST_F(KeyedCallsTest, TheDeadlineEndsAWaitForAnotherProcess) {
  store_.rows["key"] = {{events::KeyState::kClaimed, "content", "another run"}, ""};
  Call("content", absl::Seconds(2));
  loop_.Pass(absl::Seconds(3));
  EXPECT_THAT(answers_, ElementsAre("REQUEST_IN_PROGRESS"));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(KeyedCallsTest, ACallerThatLeftBeforeTheClaimSendsNothing) {
  std::stop_source stop;
  stop.request_stop();
  Call("content", absl::Seconds(10), stop.get_token());
  EXPECT_THAT(store_.steps, ElementsAre("claim", "settle"));
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(KeyedCallsTest, TooManyKeysAreRefused) {
  options_.max_keys = 1;
  calls_ = KeyedCalls::Make(loop_, &store_, options_);
  Call();
  Call("other");
  EXPECT_EQ(answers_[1], "GATEWAY_OVERLOADED");
}

TEST_F(KeyedCallsTest, OnceClosedNothingIsStoredOrSent) {
  Call();
  calls_->Close();
  End("response");
  Call("other");
  EXPECT_THAT(answers_, ElementsAre("response", "LOG_UNAVAILABLE"));
  EXPECT_THAT(store_.steps, ElementsAre("claim", "send"));
}

}  // namespace
}  // namespace kyc::once
