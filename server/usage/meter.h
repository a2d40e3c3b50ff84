// Counts calls to upstreams where they end, and lets no caller make more than it may.
#ifndef SERVER_USAGE_METER_H_
#define SERVER_USAGE_METER_H_

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/call/ended_call.h"
#include "server/call/metrics.h"
#include "server/call/steady_now.h"
#include "server/events/usage.h"
#include "server/usage/call_to.h"
#include "server/usage/counts.h"
#include "server/usage/days.h"
#include "server/usage/limits.h"

namespace kyc::usage {

// The reason of a call that got an earlier one's answer again.
inline constexpr char kReplay[] = "REPLAY";

// What a call's end means for the invoice, by its outcome: what is not said may be billed. Pure.
events::Billing BillingOf(const EndedCall& ended);

// Whether what is counted will be taken.
enum class Counting { kOff, kOn };

// Thread-safe; shared by the calls that it counts. Each call is counted once, on the day on which
// it ends.
class Meter {
 public:
  // `metrics` outlives it. `steady` is of the steady clock.
  Meter(Days days, Counting counting, Metrics& metrics, std::function<absl::Time()> now = absl::Now,
        std::function<absl::Time()> steady = SteadyNow)
      : days_(std::move(days)),
        counting_(counting),
        metrics_(metrics),
        now_(std::move(now)),
        steady_(std::move(steady)) {}

  // Instead of those before, for calls that begin from now on.
  void UseLimits(std::vector<Limit> limits);

  // OK: it may be sent, and is to End. RESOURCE_EXHAUSTED CALLER_QUOTA_EXCEEDED: it has ended.
  absl::Status Begin(const CallTo& call);
  void End(const CallTo& call, const absl::Status& result);

  // One that was handled, and of which itself nothing was sent, whatever its error says of others.
  void CountUnsent(const CallTo& call, const absl::Status& result);
  // One that was told another one's answer, and so sent nothing.
  void CountReplay(const CallTo& call);
  // One that was let in and that ended before its method was asked.
  void CountUnhandled(const EndedCall& ended);

  // What was counted since, to be stored; said to be by Stored, before the next ones are taken.
  std::vector<events::UsageCount> Take();
  void Stored();

  int64_t Today() const { return days_.Of(now_()); }
  bool has_day_limits();
  // As Limits.
  void UseTotals(int64_t day, const std::vector<events::UsageCount>& totals);
  std::vector<DayUse> DayUses();

 private:
  void Add(const CallTo& call, events::Billing billing, absl::string_view reason);
  void NoteQuota(const CallTo& call, events::Billing billing, absl::string_view reason);
  absl::Status Refusal(const CallTo& call, const OverLimit& over, int64_t day);

  const Days days_;
  const Counting counting_;
  Metrics& metrics_;
  const std::function<absl::Time()> now_;
  const std::function<absl::Time()> steady_;
  std::mutex mutex_;
  Counts counts_;  // Guarded by mutex_, as what follows.
  Limits limits_;
  absl::flat_hash_set<std::string> out_of_quota_;  // Upstreams' accounts that said so last.
};

}  // namespace kyc::usage

#endif  // SERVER_USAGE_METER_H_
