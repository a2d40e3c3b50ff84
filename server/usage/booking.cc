#include "server/usage/booking.h"

#include "absl/strings/str_cat.h"

namespace kyc::usage {
namespace {

// From then on a caller's calls of the day are nearly used up.
constexpr double kNearly = 0.8;
// More kinds than callers with limits have methods and outcomes.
constexpr int kMostTotals = 100'000;

}  // namespace

absl::Status Booking::Start() {
  if (meter_.has_day_limits()) {
    const int64_t day = meter_.Today();
    const Totals totals = TotalsOf(store_, day);
    if (!totals.ok()) return totals.status();
    meter_.UseTotals(day, *totals);
  }
  loop_.Post([self = weak_from_this()] {
    if (const auto booking = self.lock()) booking->Later();
  });
  return absl::OkStatus();
}

void Booking::Later() {
  loop_.After(options_.every, [self = weak_from_this()] {
    if (const auto booking = self.lock()) booking->Tick();
  });
}

void Booking::Tick() {
  if (batch_.counts.empty()) {
    batch_.counts = meter_.Take();
    if (batch_.counts.empty()) return OnAdded(absl::OkStatus());
    ++batch_.number;
  }
  store_.AddUsage(batch_, [self = weak_from_this(), &loop = loop_](absl::Status added) {
    loop.Post([self, added = std::move(added)] {
      if (const auto booking = self.lock()) booking->OnAdded(added);
    });
  });
}

void Booking::OnAdded(const absl::Status& added) {
  if (added.ok()) {
    batch_.counts.clear();
    meter_.Stored();
  }
  TellFault(added);
  TellDayUses();
  // What is in doubt is not read: it may be among the totals, or come later.
  if (!added.ok() || !meter_.has_day_limits()) return Later();
  ReadTotals();
}

void Booking::ReadTotals() {
  if (reader_ == nullptr) reader_ = std::make_unique<WorkerPool>(1);
  reader_->Post(
      [self = weak_from_this(), &loop = loop_, &store = store_, day = meter_.Today()]() mutable {
        loop.Post([self, day, totals = TotalsOf(store, day)] {
          if (const auto booking = self.lock()) booking->OnRead(day, totals);
        });
      });
}

// Where they cannot be read, what is known of others stays as it was.
void Booking::OnRead(int64_t day, const Totals& totals) {
  if (totals.ok()) meter_.UseTotals(day, *totals);
  Later();
}

Booking::Totals Booking::TotalsOf(const events::Usage& store, int64_t day) {
  events::UsageQuery query;
  query.first_day = query.last_day = day;
  query.by_caller = query.by_method = query.by_billing = true;
  query.limit = kMostTotals;
  return store.ListUsage(query);
}

void Booking::TellFault(const absl::Status& added) {
  std::string fault(added.message());
  if (fault == told_fault_) return;
  if (options_.log != nullptr) {
    options_.log(added.ok() ? "calls are counted in the event log again"
                            : absl::StrCat("calls are counted in memory only: ", fault));
  }
  told_fault_ = std::move(fault);
}

void Booking::TellDayUses() {
  const int64_t today = meter_.Today();
  if (std::exchange(told_day_, today) != today) told_.clear();
  const auto before = std::exchange(shown_, {});
  for (const DayUse& use : meter_.DayUses()) {
    const double ratio = static_cast<double>(use.used) / static_cast<double>(use.limit);
    metrics_.CallerDayQuotaUsed(use.caller, use.method, ratio);
    shown_.emplace(use.caller, use.method);
    if (ratio < kNearly || !told_.emplace(use.caller, use.method).second) continue;
    if (options_.log == nullptr) continue;
    options_.log(absl::StrCat("caller ", use.caller, " has made ", use.used, " of its ", use.limit,
                              " calls a day", use.method.empty() ? "" : " of ", use.method));
  }
  for (const auto& [caller, method] : before) {
    if (shown_.count({caller, method}) == 0) metrics_.CallerDayQuotaUsed(caller, method, 0);
  }
}

Booking::~Booking() {
  const auto nobody_waits = [](const absl::Status&) {};
  if (!batch_.counts.empty()) store_.AddUsage(batch_, nobody_waits);
  batch_ = {batch_.number + 1, meter_.Take()};
  if (!batch_.counts.empty()) store_.AddUsage(batch_, nobody_waits);
}

}  // namespace kyc::usage
