#include "server/upstream/retry.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <variant>

#include "absl/types/optional.h"

namespace kyc::upstream {
namespace {

// The budget is counted in hundredths of a retry.
constexpr int kOneRetry = 100;
constexpr int kMaxSaved = 100 * kOneRetry;
// Below it an attempt is not begun.
constexpr absl::Duration kLeastTime = absl::Milliseconds(250);

bool SurelyNotReached(const HttpFailure& failure) {
  return failure.unsent != nullptr && (failure.kind == FailureKind::kUnreachable ||
                                       failure.kind == FailureKind::kProxyUnreachable ||
                                       failure.kind == FailureKind::kConnectionLost);
}

class Retrier;

struct RetriedCall {
  std::shared_ptr<Retrier> retrier;
  CallContext context;
  OnResponse done;
  int attempts = 0;
  int retries = 0;
};

// A call between two attempts, until its pause is over or it is cancelled, whichever comes first.
struct Pause {
  struct Cancel {
    Pause* pause;
    void operator()() const { pause->OnCancel(); }
  };

  // Null if it was cancelled; from here on cancelling is the transfer's matter.
  std::unique_ptr<RetriedCall> End() {
    cancel.reset();  // Waits for an OnCancel on another thread: `call` has one owner.
    return std::move(call);
  }

  void OnCancel() {
    const std::unique_ptr<RetriedCall> leaving = std::move(call);
    std::move(leaving->done)(HttpFailure{.kind = FailureKind::kCancelled,
                                         .attempts = leaving->attempts,
                                         .cause = "cancelled before a retry"});
  }

  std::unique_ptr<RetriedCall> call;
  std::shared_ptr<HttpRequest> request;
  absl::optional<std::stop_callback<Cancel>> cancel = {};
};

class Retrier : public std::enable_shared_from_this<Retrier> {
 public:
  Retrier(SendHttp next, RetryOptions options, After after, Now now, Random random,
          std::function<void()> on_retry)
      : next_(std::move(next)),
        options_(options),
        after_(std::move(after)),
        now_(std::move(now)),
        random_(std::move(random)),
        on_retry_(std::move(on_retry)),
        budget_(options.budget_at_start * kOneRetry) {}

  void Start(const CallContext& context, HttpRequest request, OnResponse done) {
    {
      std::lock_guard lock(mutex_);
      budget_ = std::min(budget_ + options_.budget_percent, kMaxSaved);
    }
    auto call = std::make_unique<RetriedCall>();
    call->retrier = shared_from_this();
    call->context = context;
    call->done = std::move(done);
    Attempt(std::move(call), std::move(request));
  }

 private:
  void Attempt(std::unique_ptr<RetriedCall> call, HttpRequest request) {
    const CallContext& context = call->context;
    next_(context, std::move(request), [call = std::move(call)](HttpResult result) mutable {
      Retrier& self = *call->retrier;
      self.Judge(std::move(call), std::move(result));
    });
  }

  void Judge(std::unique_ptr<RetriedCall> call, HttpResult result) {
    auto* failure = std::get_if<HttpFailure>(&result);
    std::visit([&](auto& end) { end.attempts = call->attempts += end.attempts; }, result);
    absl::optional<absl::Duration> pause;
    if (failure && SurelyNotReached(*failure)) pause = PauseBeforeRetry(*call);
    if (!pause) {
      if (failure) failure->unsent.reset();
      return std::move(call->done)(std::move(result));
    }
    ++call->retries;
    WaitAndAttempt(std::move(call), std::move(failure->unsent), *pause);
  }

  void WaitAndAttempt(std::unique_ptr<RetriedCall> call, std::shared_ptr<HttpRequest> request,
                      absl::Duration pause) {
    const auto self = shared_from_this();  // A cancelled call lets go of it.
    const std::stop_token cancel = call->context.cancel;
    const auto paused = std::make_shared<Pause>();
    paused->call = std::move(call);
    paused->request = std::move(request);
    paused->cancel.emplace(cancel, Pause::Cancel{paused.get()});
    after_(pause, [this, paused] {
      std::unique_ptr<RetriedCall> call = paused->End();
      if (call == nullptr) return;
      on_retry_();
      Attempt(std::move(call), std::move(*paused->request));
    });
  }

  // None if the call is not to be retried.
  absl::optional<absl::Duration> PauseBeforeRetry(const RetriedCall& call) {
    if (call.retries >= options_.max_retries || call.context.cancel.stop_requested()) {
      return absl::nullopt;
    }
    std::lock_guard lock(mutex_);
    if (budget_ < kOneRetry) return absl::nullopt;
    const absl::Duration pause = options_.first_pause * (1 << call.retries) * random_();
    if (call.context.deadline - now_() < pause + kLeastTime) return absl::nullopt;
    budget_ -= kOneRetry;
    return pause;
  }

  const SendHttp next_;
  const RetryOptions options_;
  const After after_;
  const Now now_;
  const Random random_;
  const std::function<void()> on_retry_;
  std::mutex mutex_;
  int budget_;  // Guarded by mutex_.
};

}  // namespace

SendHttp Retry(SendHttp next, RetryOptions options, After after, Now now, Random random,
               std::function<void()> on_retry) {
  auto retrier = std::make_shared<Retrier>(std::move(next), options, std::move(after),
                                           std::move(now), std::move(random), std::move(on_retry));
  return [retrier](const CallContext& context, HttpRequest request, OnResponse done) {
    retrier->Start(context, std::move(request), std::move(done));
  };
}

}  // namespace kyc::upstream
