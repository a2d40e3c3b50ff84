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

Verdict Judge(const HttpResult& result, absl::Duration unanswered_counts_after) {
  if (const auto* response = std::get_if<HttpResponse>(&result)) {
    return response->status >= 500 ? Verdict::kFailure : Verdict::kSuccess;
  }
  const auto& failure = std::get<HttpFailure>(result);
  switch (failure.kind) {
    case FailureKind::kUnreachable:
    case FailureKind::kProxyUnreachable:
    case FailureKind::kConnectionLost:
    case FailureKind::kAttemptTimeout:
    case FailureKind::kReplyUnreadable:
      return Verdict::kFailure;
    case FailureKind::kUntrusted:
    case FailureKind::kProxyUnauthorized:
    case FailureKind::kProxyRefused:
      if (failure.sent) return Verdict::kFailure;  // Lost by the try before.
      break;
    case FailureKind::kReplyTooLarge:
      return Verdict::kSuccess;
    case FailureKind::kCallerDeadline:
    case FailureKind::kCancelled:
      if (failure.silent_for >= unanswered_counts_after) return Verdict::kFailure;
      break;
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
    Settle(now);
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

  void Leave(Pass pass, const HttpResult& result) {
    std::lock_guard lock(mutex_);
    const absl::Time now = now_();
    Settle(now);
    if (pass.period != period_) return;
    const Verdict verdict = Judge(result, options_.unanswered_counts_after);
    if (state_ == State::kHalfOpen) return LeaveHalfOpen(verdict, now);
    if (verdict == Verdict::kNothing) return;
    count_.Add(now, verdict == Verdict::kFailure);
    const SlidingCount::Sum sum = count_.Total(now);
    if (verdict == Verdict::kFailure && sum.calls >= options_.min_calls &&
        sum.failures * 100 >= sum.calls * options_.failure_percent) {
      Open(now);
    }
  }

 private:
  enum class State { kClosed, kOpen, kHalfOpen };

  void LeaveHalfOpen(Verdict verdict, absl::Time now) {
    --probing_;  // Somebody else may probe.
    if (verdict == Verdict::kNothing) return;
    if (verdict == Verdict::kFailure) {
      if (++failed_ >= succeeded_) return Open(now);
      good_since_ = now;
      return;
    }
    if (succeeded_++ == 0) good_since_ = now;
    if (succeeded_ >= options_.probes) Close();
  }

  // Few calls are no reason to stay half open: what was good for a whole window is good.
  void Settle(absl::Time now) {
    if (state_ != State::kHalfOpen || succeeded_ == 0) return;
    if (now - good_since_ >= options_.window) Close();
  }

  void Close() {
    count_.Clear();
    Become(State::kClosed, "closed");
  }

  void Open(absl::Time now) {
    reopens_ = now + options_.open_for;
    Become(State::kOpen, "open");
  }

  void Become(State state, absl::string_view name) {
    state_ = state;
    ++period_;
    probing_ = succeeded_ = failed_ = 0;
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
  // Half open only:
  int probing_ = 0;  // Probes on their way;
  int succeeded_ = 0;
  int failed_ = 0;         // how those ended that are back,
  absl::Time good_since_;  // and since when nothing failed, once one has succeeded.
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
           circuit->Leave(pass, result);
           std::move(done)(std::move(result));
         });
  };
}

}  // namespace kyc::upstream
