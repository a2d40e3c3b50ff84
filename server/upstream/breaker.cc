#include "server/upstream/breaker.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include "absl/types/optional.h"
#include "server/upstream/sliding_count.h"

namespace kyc::upstream {
namespace {

enum class Verdict { kSuccess, kFailure, kNothing };

Verdict Judge(const HttpResult& result) {
  if (const auto* response = std::get_if<HttpResponse>(&result)) {
    return response->status >= 500 ? Verdict::kFailure : Verdict::kSuccess;
  }
  switch (std::get<HttpFailure>(result).kind) {
    case FailureKind::kUnreachable:
    case FailureKind::kConnectionLost:
    case FailureKind::kAttemptTimeout:
    case FailureKind::kReplyUnreadable:
      return Verdict::kFailure;
    case FailureKind::kReplyTooLarge:
      return Verdict::kSuccess;
    case FailureKind::kCallerDeadline:
    case FailureKind::kCancelled:
    case FailureKind::kNoSlot:
    case FailureKind::kCircuitOpen:
      break;
  }
  return Verdict::kNothing;
}

class Circuit {
 public:
  Circuit(config::Breaker options, Now now, std::function<void(absl::string_view)> on_change)
      : options_(options),
        now_(std::move(now)),
        on_change_(std::move(on_change)),
        count_(options.window) {}

  // A call that was let through. It is of the period in which it began: what it says later about
  // another period is no news.
  struct Pass {
    int64_t period;
  };

  // Or, if the call is not to be made, when to try again.
  std::variant<Pass, absl::Duration> Enter() {
    std::lock_guard lock(mutex_);
    const absl::Time now = now_();
    if (state_ == State::kOpen) {
      if (now < reopens_) return reopens_ - now;
      Become(State::kHalfOpen, "half_open");
    }
    if (state_ == State::kHalfOpen) {
      if (probing_ >= options_.probes) return std::min(options_.open_for, absl::Seconds(1));
      ++probing_;
    }
    return Pass{period_};
  }

  void Leave(Pass pass, Verdict verdict) {
    std::lock_guard lock(mutex_);
    if (pass.period != period_) return;
    if (state_ == State::kHalfOpen) return LeaveHalfOpen(verdict);
    if (verdict == Verdict::kNothing) return;
    const absl::Time now = now_();
    count_.Add(now, verdict == Verdict::kFailure);
    const SlidingCount::Sum sum = count_.Total(now);
    if (verdict == Verdict::kFailure && sum.calls >= options_.min_calls &&
        sum.failures * 100 >= sum.calls * options_.failure_percent) {
      Open();
    }
  }

 private:
  enum class State { kClosed, kOpen, kHalfOpen };

  void LeaveHalfOpen(Verdict verdict) {
    if (verdict == Verdict::kFailure) return Open();
    if (verdict == Verdict::kNothing) {
      --probing_;  // Somebody else shall probe.
    } else if (++succeeded_ >= options_.probes) {
      count_.Clear();
      Become(State::kClosed, "closed");
    }
  }

  void Open() {
    reopens_ = now_() + options_.open_for;
    Become(State::kOpen, "open");
  }

  void Become(State state, absl::string_view name) {
    state_ = state;
    ++period_;
    probing_ = succeeded_ = 0;
    on_change_(name);
  }

  const config::Breaker options_;
  const Now now_;
  const std::function<void(absl::string_view)> on_change_;
  std::mutex mutex_;
  State state_ = State::kClosed;  // Guarded by mutex_,
  SlidingCount count_;            // and all below too.
  int64_t period_ = 0;
  absl::Time reopens_;
  int probing_ = 0;    // Probes that were let through and not given back.
  int succeeded_ = 0;  // Of these.
};

}  // namespace

SendHttp WithBreaker(SendHttp next, config::Breaker options, Now now,
                     std::function<void(absl::string_view state)> on_change) {
  if (options.disabled) return next;
  auto circuit = std::make_shared<Circuit>(options, std::move(now), std::move(on_change));
  return [circuit, next = std::move(next)](const CallContext& context, HttpRequest request,
                                           OnResponse done) {
    const auto entered = circuit->Enter();
    if (const auto* wait = std::get_if<absl::Duration>(&entered)) {
      return std::move(done)(HttpFailure{
          .kind = FailureKind::kCircuitOpen, .cause = "the breaker is open", .retry_after = *wait});
    }
    next(context, std::move(request),
         [circuit, pass = std::get<Circuit::Pass>(entered),
          done = std::move(done)](HttpResult result) mutable {
           circuit->Leave(pass, Judge(result));
           std::move(done)(std::move(result));
         });
  };
}

}  // namespace kyc::upstream
