#include "server/usage/limits.h"

#include <algorithm>
#include <utility>

namespace kyc::usage {

void Limits::Use(std::vector<Limit> limits) {
  absl::flat_hash_map<std::string, std::vector<Rule>> before = std::exchange(rules_, {});
  has_days_ = false;
  for (Limit& limit : limits) {
    Rule rule;
    rule.tokens = static_cast<double>(limit.burst);
    for (const Rule& old : before[limit.caller]) {
      if (old.limit.method == limit.method) rule = old;
    }
    rule.tokens = std::min(rule.tokens, static_cast<double>(limit.burst));
    rule.limit = std::move(limit);
    has_days_ = has_days_ || rule.limit.calls_per_day > 0;
    std::vector<Rule>& of_caller = rules_[rule.limit.caller];
    of_caller.push_back(std::move(rule));
  }
}

absl::optional<OverLimit> Limits::Begin(const CallTo& call, absl::Time now, int64_t day) {
  std::vector<Rule>* const rules = RulesOf(call.caller);
  if (rules == nullptr) return absl::nullopt;
  TurnTo(day);
  absl::optional<OverLimit> over;
  for (Rule& rule : *rules) {
    if (!rule.IsOf(call)) continue;
    const Limit& limit = rule.limit;
    if (limit.calls_per_day > 0 && rule.used() >= limit.calls_per_day) {
      return OverLimit{OverLimit::Kind::kDay, absl::ZeroDuration()};
    }
    if (limit.calls_per_second == 0) continue;
    rule.Refill(now);
    if (rule.tokens >= 1) continue;
    const absl::Duration wait =
        absl::Seconds((1 - rule.tokens) / static_cast<double>(limit.calls_per_second));
    if (!over.has_value() || wait > over->retry_after) {
      over = OverLimit{OverLimit::Kind::kSecond, wait};
    }
  }
  if (over.has_value()) return over;
  for (Rule& rule : *rules) {
    if (!rule.IsOf(call)) continue;
    if (rule.limit.calls_per_second > 0) rule.tokens -= 1;
    ++rule.under_way;
  }
  return absl::nullopt;
}

void Limits::End(const CallTo& call, bool reached, int64_t day) {
  std::vector<Rule>* const rules = RulesOf(call.caller);
  if (rules == nullptr) return;
  TurnTo(day);
  for (Rule& rule : *rules) {
    if (!rule.IsOf(call)) continue;
    // One that began before there was the limit is not among them.
    rule.under_way = std::max<int64_t>(rule.under_way - 1, 0);
    if (reached) ++rule.ended;
  }
}

void Limits::Taken() {
  for (auto& [caller, rules] : rules_) {
    for (Rule& rule : rules) rule.taken += std::exchange(rule.ended, 0);
  }
}

void Limits::Stored() {
  for (auto& [caller, rules] : rules_) {
    for (Rule& rule : rules) rule.stored += std::exchange(rule.taken, 0);
  }
}

void Limits::UseTotals(int64_t day, const std::vector<events::UsageCount>& totals) {
  if (day < day_) return;  // It ended while it was read.
  TurnTo(day);
  for (auto& [caller, rules] : rules_) {
    for (Rule& rule : rules) {
      rule.stored = 0;
      for (const events::UsageCount& total : totals) {
        const CallTo call{total.key.caller, "", total.key.method};
        const bool reached = total.key.billing != events::Billing::kSurelyNotBilled;
        if (reached && call.caller == caller && rule.IsOf(call)) rule.stored += total.calls;
      }
    }
  }
}

std::vector<DayUse> Limits::Days(int64_t day) {
  TurnTo(day);
  std::vector<DayUse> days;
  for (const auto& [caller, rules] : rules_) {
    for (const Rule& rule : rules) {
      if (rule.limit.calls_per_day == 0) continue;
      days.push_back({caller, rule.limit.method, rule.used(), rule.limit.calls_per_day});
    }
  }
  return days;
}

void Limits::Rule::Refill(absl::Time now) {
  const double burst = static_cast<double>(limit.burst);
  const double more = absl::ToDoubleSeconds(now - at) * static_cast<double>(limit.calls_per_second);
  tokens = std::min(burst, tokens + std::max(more, 0.0));
  at = now;
}

// What is under way ends on the day that begins.
void Limits::TurnTo(int64_t day) {
  if (std::exchange(day_, day) == day) return;
  for (auto& [caller, rules] : rules_) {
    for (Rule& rule : rules) rule.ended = rule.taken = rule.stored = 0;
  }
}

std::vector<Limits::Rule>* Limits::RulesOf(absl::string_view caller) {
  if (rules_.empty()) return nullptr;
  const auto at = rules_.find(caller);
  return at == rules_.end() ? nullptr : &at->second;
}

}  // namespace kyc::usage
