#include "server/rpc/turns.h"

#include <algorithm>
#include <utility>

namespace kyc::rpc {
namespace {

// How often those who wait are looked at.
constexpr absl::Duration kLook = absl::Milliseconds(50);
// So many callers are remembered while they do nothing, because they come again.
constexpr size_t kRemembered = 100;

}  // namespace

Turns::Turns(Loop& loop, TurnLimits limits, std::function<absl::Time()> steady_clock)
    : loop_(loop), limits_(limits), clock_(std::move(steady_clock)) {}

Turns::~Turns() {
  if (timer_ != 0) loop_.Cancel(timer_);
}

bool Turns::Fits(const Line& line, int64_t cost) const {
  const int64_t free = limits_.capacity - taken_ - in_use_;
  if (cost > free) return false;
  return line.in_use == 0 || line.in_use + cost <= (free + line.in_use) / 2;
}

bool Turns::HasTurnFor(absl::string_view who, int64_t cost) const {
  static const Line kNobody;
  const auto at = lines_.find(who);
  const Line& line = at == lines_.end() ? kNobody : at->second;
  return line.waiting.empty() && Fits(line, cost);
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
  if (line.waiting.empty() && (Fits(line, cost) || EndOldestTurn()) && Fits(line, cost)) {
    return Give(taker);
  }
  const bool no_patience = PatienceFor(*taker) <= absl::ZeroDuration();
  if (waiting_ >= limits_.max_waiting || no_patience) {
    Forget(taker);
    return taker->OnNoTurn();
  }
  if (line.waiting.empty()) waiting_lines_.push_back(&line);
  taker->at_ = line.waiting.insert(line.waiting.end(), taker);
  ++waiting_;
  ArmTimer();
}

void Turns::Give(Taker* taker) {
  taker->reading_ = true;
  taker->since_ = clock_();
  taker->line_->in_use += taker->cost_;
  in_use_ += taker->cost_;
  taker->at_ = reading_.insert(reading_.end(), taker);
  taker->OnTurn();
}

void Turns::TakeFromLine(Taker* taker) {
  taker->line_->waiting.erase(taker->at_);
  --waiting_;
  if (taker->line_->waiting.empty()) waiting_lines_.remove(taker->line_);
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
  for (size_t refused = 0; refused < waiting_lines_.size();) {
    Line* const line = waiting_lines_.front();
    Taker* const next = NextOf(*line);
    waiting_lines_.splice(waiting_lines_.end(), waiting_lines_, waiting_lines_.begin());
    if (!Fits(*line, next->cost_)) {
      ++refused;
      continue;
    }
    refused = 0;
    TakeFromLine(next);
    Give(next);
  }
}

absl::Duration Turns::PatienceFor(const Taker& taker) const {
  const bool taken = taken_ + taker.cost_ > limits_.capacity;
  return taken ? std::min(limits_.patience, patience_when_taken_) : limits_.patience;
}

// Lets go of the oldest turn if it took too long.
bool Turns::EndOldestTurn() {
  if (reading_.empty() || clock_() - reading_.front()->since_ < limits_.turn) return false;
  Taker* const oldest = reading_.front();
  reading_.erase(oldest->at_);
  oldest->line_->in_use -= oldest->cost_;
  in_use_ -= oldest->cost_;
  Forget(oldest);
  oldest->OnTurnOver();
  return true;
}

void Turns::RefuseExpired() {
  const absl::Time now = clock_();
  // A copy: whoever is refused may leave others with a turn.
  const std::list<Line*> lines = waiting_lines_;
  std::list<Taker*> expired;
  for (Line* line : lines) {
    for (Taker* taker : line->waiting) {
      if (now - taker->since_ < PatienceFor(*taker)) break;
      expired.push_back(taker);
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
  while (waiting_ > 0 && EndOldestTurn()) GiveTurns();
  RefuseExpired();
  GiveTurns();
  ArmTimer();
}

void Turns::ArmTimer() {
  if (timer_ != 0 || waiting_ == 0) return;
  timer_ = loop_.After(kLook, [this] { Look(); });
}

}  // namespace kyc::rpc
