#include "server/rpc/turns.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace kyc::rpc {
namespace {

// How often those who wait are looked at.
constexpr absl::Duration kLook = absl::Milliseconds(50);
// A look that comes later than this ends no turn: the whole process stood still, and the messages
// that came meanwhile are queued behind the look.
constexpr absl::Duration kLateLook = absl::Milliseconds(250);
// How long room is kept for one.
constexpr absl::Duration kFirst = absl::Seconds(1);
// So many callers are remembered while they do nothing, because they come again.
constexpr size_t kRemembered = 100;

}  // namespace

Turns::Turns(Loop& loop, TurnLimits limits, std::function<absl::Time()> steady_clock)
    : loop_(loop), limits_(limits), clock_(std::move(steady_clock)) {}

Turns::~Turns() {
  if (timer_ != 0) loop_.Cancel(timer_);
}

bool Turns::Fits(const Line& line, int64_t cost, const Taker* without) const {
  const int64_t back = without != nullptr ? without->cost_ : 0;
  const int64_t free = Free() + back;
  const int64_t own = line.in_use - (back > 0 && without->line_ == &line ? back : 0);
  return cost <= free && (own == 0 || own + cost <= (free + own) / 2);
}

bool Turns::MayHave(const Line& line, int64_t cost) const {
  if (!Fits(line, cost)) return false;
  return first_ == nullptr || first_ == &line || cost + NextOf(*first_)->cost_ <= Free();
}

// Of those who have no turn and were overtaken by enough, the one that has waited longest.
void Turns::ChooseFirst() {
  const absl::Time now = clock_();
  if (first_ != nullptr) {
    if (now - first_since_ < kFirst) return;
    first_->given_before = given_;
    first_ = nullptr;
  }
  for (Line* line : waiting_lines_) {
    const Taker& next = *NextOf(*line);
    if (line->in_use > 0 || given_ - line->given_before < next.cost_) continue;
    if (first_ == nullptr || next.since_ < NextOf(*first_)->since_) first_ = line;
  }
  first_since_ = now;
}

bool Turns::HasTurnFor(absl::string_view who, int64_t cost) const {
  static const Line kNobody;
  const auto at = lines_.find(who);
  const Line& line = at == lines_.end() ? kNobody : at->second;
  return line.waiting.empty() && MayHave(line, cost);
}

Turns::Line& Turns::LineOf(absl::string_view who) {
  Line& line = lines_[who];
  if (line.who.empty()) line.who = std::string(who);
  return line;
}

void Turns::Ask(Taker* taker, absl::string_view who, int64_t cost) {
  Line& line = LineOf(who);
  ++line.takers;
  taker->turns_ = this;
  taker->line_ = &line;
  taker->cost_ = cost;
  taker->reading_ = false;
  taker->since_ = clock_();
  if (line.waiting.empty() && MayHave(line, cost)) return Give(taker);
  const bool no_patience = PatienceFor(*taker) <= absl::ZeroDuration();
  if (waiting_ >= limits_.max_waiting || no_patience) {
    Forget(taker);
    return taker->OnNoTurn();
  }
  if (line.waiting.empty()) {
    waiting_lines_.push_back(&line);
    line.given_before = given_;
  }
  taker->at_ = line.waiting.insert(line.waiting.end(), taker);
  ++waiting_;
  ArmTimer();
}

void Turns::Give(Taker* taker) {
  taker->reading_ = true;
  taker->since_ = clock_();
  taker->line_->in_use += taker->cost_;
  in_use_ += taker->cost_;
  taker->line_->given_before = given_ += taker->cost_;
  taker->at_ = reading_.insert(reading_.end(), taker);
  taker->OnTurn();
}

void Turns::TakeFromLine(Taker* taker) {
  Line* const line = taker->line_;
  if (taker == NextOf(*line)) {  // The one behind it begins to wait for others.
    line->given_before = given_;
    if (first_ == line) first_ = nullptr;
  }
  line->waiting.erase(taker->at_);
  --waiting_;
  if (line->waiting.empty()) waiting_lines_.remove(line);
}

// Neither waits nor has a turn any more.
void Turns::Forget(Taker* taker) {
  Line* const line = std::exchange(taker->line_, nullptr);
  taker->turns_ = nullptr;
  --line->takers;
  if (line->takers == 0 && lines_.size() > kRemembered) lines_.erase(lines_.find(line->who));
}

void Turns::Leave(Taker* taker) {
  Turns* const turns = taker->turns_;
  if (turns == nullptr) return;
  if (taker->reading_) {
    turns->reading_.erase(taker->at_);
    taker->line_->in_use -= taker->cost_;
    turns->in_use_ -= taker->cost_;
  } else {
    turns->TakeFromLine(taker);
  }
  turns->Forget(taker);
  turns->GiveTurns();
}

void Turns::SetTaken(int64_t taken) {
  taken_ = taken;
  GiveTurns();
}

void Turns::GiveTurns() {
  // Each line in turn, until none of them gets any further.
  ChooseFirst();
  for (size_t refused = 0; refused < waiting_lines_.size();) {
    Line* const line = waiting_lines_.front();
    Taker* const next = NextOf(*line);
    waiting_lines_.splice(waiting_lines_.end(), waiting_lines_, waiting_lines_.begin());
    if (!MayHave(*line, next->cost_)) {
      ++refused;
      continue;
    }
    refused = 0;
    TakeFromLine(next);
    Give(next);
    ChooseFirst();
  }
}

absl::Duration Turns::PatienceFor(const Taker& taker) const {
  const bool taken = taken_ + taker.cost_ > limits_.capacity;
  return taken ? std::min(limits_.patience, patience_when_taken_) : limits_.patience;
}

// The oldest turn that took too long and in whose place `line` could have one: its own, or, where
// it has none, another's.
Turns::Taker* Turns::LateTurnFor(const Line& line, int64_t cost) const {
  const absl::Time now = clock_();
  Taker* others = nullptr;
  for (Taker* taker : reading_) {
    if (now - taker->since_ < limits_.turn) break;
    if (!Fits(line, cost, taker)) continue;
    if (taker->line_ == &line) return taker;
    if (others == nullptr && line.in_use == 0) others = taker;
  }
  return others;
}

// Lets go of one that somebody who waits can have.
bool Turns::EndLateTurn() {
  for (const Line* line : waiting_lines_) {
    Taker* const late = LateTurnFor(*line, NextOf(*line)->cost_);
    if (late == nullptr) continue;
    reading_.erase(late->at_);
    late->line_->in_use -= late->cost_;
    in_use_ -= late->cost_;
    Forget(late);
    late->OnTurnOver();
    return true;
  }
  return false;
}

void Turns::RefuseExpired() {
  const absl::Time now = clock_();
  const absl::Duration shortest = std::min(limits_.patience, patience_when_taken_);
  std::vector<Taker*> expired;
  for (Line* line : waiting_lines_) {
    for (Taker* taker : line->waiting) {
      if (now - taker->since_ < shortest) break;
      // One that costs less may wait longer than those behind it.
      if (now - taker->since_ >= PatienceFor(*taker)) expired.push_back(taker);
    }
  }
  for (Taker* taker : expired) {
    TakeFromLine(taker);
    Forget(taker);
    taker->OnNoTurn();
  }
}

void Turns::Look() {
  timer_ = 0;
  const bool on_time = clock_() - look_due_ < kLateLook;
  while (on_time && EndLateTurn()) GiveTurns();
  RefuseExpired();
  GiveTurns();
  ArmTimer();
}

void Turns::ArmTimer() {
  if (timer_ != 0 || waiting_ == 0) return;
  look_due_ = clock_() + kLook;
  timer_ = loop_.After(kLook, [this] { Look(); });
}

}  // namespace kyc::rpc
