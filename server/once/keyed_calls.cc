#include "server/once/keyed_calls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/once/call_end.h"
#include "server/once/errors.h"

namespace kyc::once {
namespace {

using events::KeyClaim;
using events::KeyEnd;
using events::KeyFound;

// Before its deadline a waiting call is answered by so much, so that its caller can hear it.
constexpr absl::Duration kToSaySo = absl::Milliseconds(100);

}  // namespace

absl::string_view TextOf(AnsweredBy by) {
  switch (by) {
    case AnsweredBy::kItself:
      return "sent";
    case AnsweredBy::kWaited:
      return "waited";
    case AnsweredBy::kReplayed:
      return "replayed";
    case AnsweredBy::kInProgress:
      return "in_progress";
    case AnsweredBy::kUnknown:
      return "unknown";
    case AnsweredBy::kReused:
      return "reused";
    case AnsweredBy::kNotClaimed:
      return "not_claimed";
    case AnsweredBy::kLeft:
      return "left";
  }
  return "";
}

std::shared_ptr<KeyedCalls> KeyedCalls::Make(rpc::Loop& loop, events::CallKeys* store,
                                             KeyedOptions options) {
  std::shared_ptr<KeyedCalls> made(new KeyedCalls(loop, store, std::move(options)));
  if (store != nullptr) made->secrets_ = &store->secrets();
  return made;
}

void KeyedCalls::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  store_ = nullptr;
}

void KeyedCalls::Run(const CallContext& context, events::CallKey key, Send send, OnAnswer done) {
  const Name name = absl::StrCat(key.key, key.content);
  auto found = keys_.find(name);
  if (found != keys_.end()) return Join(name, *found->second, context, false, std::move(done));
  if (keys_.size() >= options_.max_keys)
    return std::move(done)({TooManyKeys(), AnsweredBy::kNotClaimed});
  Key& made = *keys_.emplace(name, std::make_unique<Key>()).first->second;
  made.key = std::move(key);
  made.context = context;
  made.context.cancel = {};
  made.send = std::move(send);
  Join(name, made, context, true, std::move(done));
  Claim(name, made);
}

void KeyedCalls::Join(const Name& name, Key& key, const CallContext& context, bool first,
                      OnAnswer done) {
  if (key.phase == Phase::kUnstored) {
    switch (key.end.kind) {
      case KeyEnd::Kind::kAnswered:
        return std::move(done)({ResultOf(key.end.answer), AnsweredBy::kReplayed, true});
      case KeyEnd::Kind::kFree:
        return std::move(done)({NotNoted(), AnsweredBy::kNotClaimed});
      case KeyEnd::Kind::kLost:
        return std::move(done)({OutcomeUnknown(), AnsweredBy::kUnknown});
    }
  }
  const bool full = !first && (key.waiters.size() >= options_.max_waiting_for_one ||
                               waiting_ >= options_.max_waiting);
  if (full) return std::move(done)({InProgress(), AnsweredBy::kInProgress});
  ++waiting_;
  Waiter& waiter = key.waiters.emplace_back();
  waiter.id = ++last_waiter_;
  waiter.first = first;
  waiter.done = std::move(done);
  const absl::Duration left = context.deadline - options_.now() - kToSaySo;
  const auto leave = [self = weak_from_this(), name, id = waiter.id](bool late) {
    if (const auto calls = self.lock()) calls->Leave(name, id, late);
  };
  waiter.timer = loop_.After(std::clamp(left, absl::ZeroDuration(), absl::Hours(24)),
                             [leave] { leave(true); });
  // Whoever requests the stop is in the middle of something.
  waiter.on_stop = std::make_unique<std::stop_callback<std::function<void()>>>(
      context.cancel, [&loop = loop_, leave] { loop.Post([leave] { leave(false); }); });
}

// What was sent may have been processed; who only waited was not sent at all.
void KeyedCalls::Leave(const Name& name, uint64_t id, bool late) {
  const auto found = keys_.find(name);
  if (found == keys_.end()) return;
  Key& key = *found->second;
  const auto at = std::find_if(key.waiters.begin(), key.waiters.end(),
                               [id](const Waiter& waiter) { return waiter.id == id; });
  if (at == key.waiters.end()) return;
  Waiter waiter = std::move(*at);
  key.waiters.erase(at);
  --waiting_;
  if (waiter.timer != 0) loop_.Cancel(waiter.timer);
  const bool sent = key.phase == Phase::kSending || key.phase == Phase::kSettling;
  const Outcome outcome = waiter.first && sent ? Outcome::kUnknown : Outcome::kNotSent;
  if (!late) return std::move(waiter.done)({Cancelled(outcome), AnsweredBy::kLeft});
  const bool elsewhere = key.phase == Phase::kElsewhere || key.phase == Phase::kAsking;
  if (!waiter.first || elsewhere) {
    return std::move(waiter.done)({InProgress(), AnsweredBy::kInProgress});
  }
  std::move(waiter.done)({DeadlineOver(outcome), AnsweredBy::kLeft});
}

void KeyedCalls::Claim(const Name& name, Key& key) {
  key.phase = key.phase == Phase::kElsewhere ? Phase::kAsking : Phase::kClaiming;
  key.must_end = options_.now() + options_.longest;
  auto claimed = [self = weak_from_this(), &loop = loop_, name](absl::StatusOr<KeyClaim> claim) {
    loop.Post([self, name, claim = std::move(claim)]() mutable {
      if (const auto calls = self.lock()) calls->OnClaimed(name, std::move(claim));
    });
  };
  const std::lock_guard<std::mutex> lock(mutex_);
  if (store_ == nullptr) return claimed(NotNoted());
  store_->Claim(key.key, options_.longest + options_.grace, std::move(claimed));
}

void KeyedCalls::OnClaimed(const Name& name, absl::StatusOr<KeyClaim> claim) {
  Key& key = *keys_.at(name);
  if (!claim.ok()) return OnNotClaimed(name, key, claim.status());
  switch (claim->found) {
    case KeyFound::kClaimed:
      return SendNow(name, key);
    case KeyFound::kAnswered: {
      absl::StatusOr<std::string> result = ResultOf(claim->answer);
      // What is stored and cannot be read is not known.
      if (absl::IsDataLoss(result.status())) break;
      const bool waited = key.phase == Phase::kAsking;
      return Over(name,
                  {std::move(result), waited ? AnsweredBy::kWaited : AnsweredBy::kReplayed, true});
    }
    case KeyFound::kRunning:
      return WaitElsewhere(name, key);
    case KeyFound::kReused:
      return Over(name, {KeyReused(), AnsweredBy::kReused});
    case KeyFound::kLost:
      break;
  }
  Over(name, {OutcomeUnknown(), AnsweredBy::kUnknown});
}

void KeyedCalls::WaitElsewhere(const Name& name, Key& key) {
  if (key.waiters.empty()) return Forget(name);
  key.phase = Phase::kElsewhere;
  Later(options_.again, name, &KeyedCalls::Claim);
}

// It is not sent. But it may be claimed, so the key is made free again as soon as the store works.
void KeyedCalls::OnNotClaimed(const Name& name, Key& key, const absl::Status& why) {
  const bool surely_not = absl::IsResourceExhausted(why);
  if (surely_not && key.phase == Phase::kAsking) return WaitElsewhere(name, key);
  if (surely_not) return Over(name, {TooManyKeys(), AnsweredBy::kNotClaimed});
  key.send = nullptr;
  AnswerAll(key, {NotNoted(), AnsweredBy::kNotClaimed});
  key.end = {KeyEnd::Kind::kFree, ""};
  key.phase = Phase::kUnstored;
  Later(options_.store_again, name, &KeyedCalls::Settle);
}

void KeyedCalls::SendNow(const Name& name, Key& key) {
  if (key.waiters.empty()) return OnEnded(name, Cancelled(Outcome::kNotSent));
  // Of a process that stood still meanwhile; others may have given its key up.
  if (options_.now() >= key.must_end) return OnEnded(name, DeadlineOver(Outcome::kNotSent));
  key.phase = Phase::kSending;
  CallContext context = std::move(key.context);
  context.deadline = key.must_end;
  auto ended = [self = weak_from_this(), &loop = loop_, name,
                id = context.request_id](absl::StatusOr<std::string> result) {
    // Told again it is still this call's, by whose id the log is searched.
    if (!result.ok()) result = WithRequestId(result.status(), id);
    loop.Post([self, name, result = std::move(result)]() mutable {
      if (const auto calls = self.lock()) calls->OnEnded(name, std::move(result));
    });
  };
  std::move(key.send)(std::move(context), std::move(ended));
}

void KeyedCalls::OnEnded(const Name& name, absl::StatusOr<std::string> result) {
  Key& key = *keys_.at(name);
  key.send = nullptr;
  key.end = EndOf(result);
  if (key.end.kind != KeyEnd::Kind::kAnswered) key.error = result.status();
  Settle(name, key);
}

void KeyedCalls::Settle(const Name& name, Key& key) {
  if (key.phase != Phase::kUnstored) key.phase = Phase::kSettling;
  auto settled = [self = weak_from_this(), &loop = loop_, name](absl::Status stored) {
    loop.Post([self, name, stored = std::move(stored)] {
      if (const auto calls = self.lock()) calls->OnSettled(name, stored);
    });
  };
  const std::lock_guard<std::mutex> lock(mutex_);
  if (store_ == nullptr) return settled(NotNoted());
  store_->Settle(key.key, key.end, std::move(settled));
}

// What is known is told, stored or not. While it is not, it is known here.
void KeyedCalls::OnSettled(const Name& name, const absl::Status& stored) {
  Key& key = *keys_.at(name);
  const bool first_time = key.phase == Phase::kSettling;
  if (first_time) {
    const bool answered = key.end.kind == KeyEnd::Kind::kAnswered;
    AnswerAll(key,
              {answered ? ResultOf(key.end.answer) : key.error, AnsweredBy::kWaited, answered});
  }
  if (stored.ok()) {
    if (!first_time) unstored_bytes_ -= key.end.answer.size();
    return Forget(name);
  }
  if (first_time) {
    key.phase = Phase::kUnstored;
    if (unstored_bytes_ + key.end.answer.size() > options_.max_unstored_bytes) {
      key.end = {KeyEnd::Kind::kLost, ""};
    }
    unstored_bytes_ += key.end.answer.size();
  }
  Later(options_.store_again, name, &KeyedCalls::Settle);
}

void KeyedCalls::AnswerAll(Key& key, KeyedAnswer answer) {
  const bool ended_here = key.phase == Phase::kSettling;
  std::vector<Waiter> waiters = std::exchange(key.waiters, {});
  waiting_ -= waiters.size();
  for (Waiter& waiter : waiters) {
    if (waiter.timer != 0) loop_.Cancel(waiter.timer);
    waiter.on_stop.reset();
    const bool is_last = &waiter == &waiters.back();
    KeyedAnswer own = is_last ? std::move(answer) : answer;
    if (ended_here && waiter.first) {
      own.by = AnsweredBy::kItself;
      own.replay = false;
    }
    std::move(waiter.done)(std::move(own));
  }
}

void KeyedCalls::Over(const Name& name, KeyedAnswer answer) {
  AnswerAll(*keys_.at(name), std::move(answer));
  Forget(name);
}

void KeyedCalls::Forget(const Name& name) { keys_.erase(name); }

void KeyedCalls::Later(absl::Duration delay, const Name& name,
                       void (KeyedCalls::*what)(const Name&, Key&)) {
  loop_.After(delay, [self = weak_from_this(), name, what] {
    const auto calls = self.lock();
    if (calls == nullptr) return;
    ((*calls).*what)(name, *calls->keys_.at(name));
  });
}

}  // namespace kyc::once
