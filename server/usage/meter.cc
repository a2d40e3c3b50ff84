#include "server/usage/meter.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::usage {
namespace {

using events::Billing;

// An error without a reason is told by its code, as no reason means success.
std::string ReasonIn(const EndedCall& ended) {
  if (ended.code == absl::StatusCode::kOk || !ended.reason.empty()) return ended.reason;
  if (ended.code == absl::StatusCode::kCancelled) return "CALLER_CANCELLED";
  return absl::StatusCodeToString(ended.code);
}

// "widekyc.v1.WideKycService/ValidateId" is of "widekyc".
absl::string_view UpstreamOf(absl::string_view method) {
  return method.substr(0, method.find('.'));
}

Error QuotaExceeded(const char* limit, const char* message) {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.reason = "CALLER_QUOTA_EXCEEDED";
  error.message = message;
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}, {"limit", limit}};
  return error;
}

}  // namespace

Billing BillingOf(const EndedCall& ended) {
  if (ended.code == absl::StatusCode::kOk) return Billing::kAnswered;
  if (ended.outcome == OutcomeText(Outcome::kNotSent)) return Billing::kSurelyNotBilled;
  const bool answered = ended.outcome == OutcomeText(Outcome::kRefused) ||
                        ended.outcome == OutcomeText(Outcome::kAnswered);
  return answered ? Billing::kAnswered : Billing::kMayBeBilled;
}

void Meter::UseLimits(std::vector<Limit> limits) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limits_.Use(std::move(limits));
}

absl::Status Meter::Begin(const CallTo& call) {
  absl::optional<OverLimit> over;
  int64_t day = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!limits_.HasAnyOf(call.caller)) return absl::OkStatus();
    day = Today();
    over = limits_.Begin(call, steady_(), day);
  }
  return over.has_value() ? Refusal(call, *over, day) : absl::OkStatus();
}

absl::Status Meter::Refusal(const CallTo& call, const OverLimit& over, int64_t day) {
  const bool of_day = over.kind == OverLimit::Kind::kDay;
  const char* const limit = of_day ? "calls_per_day" : "calls_per_second";
  Error error = of_day ? QuotaExceeded(limit, "This caller's calls of the day are used up")
                       : QuotaExceeded(limit, "This caller may not make so many calls a second");
  if (of_day) {
    error.metadata.emplace_back("resetTime", days_.EndText(day));
  } else {
    error.retry_after = absl::Ceil(over.retry_after, absl::Milliseconds(1));
  }
  metrics_.CallOverQuota(call.caller, limit);
  Add(call, Billing::kSurelyNotBilled, error.reason);
  return ToStatus(error);
}

void Meter::End(const CallTo& call, const absl::Status& result) {
  const EndedCall ended = EndedBy(result);
  const Billing billing = BillingOf(ended);
  const std::string reason = ReasonIn(ended);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int64_t day = Today();
    limits_.End(call, billing != Billing::kSurelyNotBilled, day);
    if (counting_ == Counting::kOn) {
      counts_.Add({day, call.caller, call.account, call.method, billing, reason});
    }
  }
  NoteQuota(call, billing, reason);
}

// What has been processed since shows that there is a quota again.
void Meter::NoteQuota(const CallTo& call, Billing billing, absl::string_view reason) {
  const bool is_over = reason == "QUOTA_EXCEEDED";
  if (!is_over && (billing != Billing::kAnswered || !reason.empty())) return;
  const absl::string_view upstream = UpstreamOf(call.method);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!is_over && out_of_quota_.empty()) return;
    const std::string name = absl::StrCat(upstream, "/", call.account);
    const bool changed =
        is_over ? out_of_quota_.insert(name).second : out_of_quota_.erase(name) > 0;
    if (!changed) return;
  }
  metrics_.UpstreamQuotaExceeded(upstream, call.account, is_over ? now_() : absl::UnixEpoch());
}

void Meter::CountUnsent(const CallTo& call, const absl::Status& result) {
  Add(call, Billing::kSurelyNotBilled, ReasonIn(EndedBy(result)));
}

void Meter::CountReplay(const CallTo& call) { Add(call, Billing::kSurelyNotBilled, kReplay); }

void Meter::CountUnhandled(const EndedCall& ended) {
  Add({ended.caller, "", ended.method}, Billing::kSurelyNotBilled, ReasonIn(ended));
}

std::vector<events::UsageCount> Meter::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  limits_.Taken();
  return counts_.Take();
}

void Meter::Stored() {
  const std::lock_guard<std::mutex> lock(mutex_);
  limits_.Stored();
}

bool Meter::has_day_limits() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return limits_.has_days();
}

void Meter::UseTotals(int64_t day, const std::vector<events::UsageCount>& totals) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limits_.UseTotals(day, totals);
}

std::vector<DayUse> Meter::DayUses() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return limits_.Days(Today());
}

void Meter::Add(const CallTo& call, Billing billing, absl::string_view reason) {
  if (counting_ == Counting::kOff) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  counts_.Add({Today(), call.caller, call.account, call.method, billing, reason});
}

}  // namespace kyc::usage
