#include "server/upstream/log_failures.h"

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

namespace kyc::upstream {
namespace {

// How long nothing must have failed so before that is over: under load a refused call and one that
// is answered take turns.
constexpr absl::Duration kQuiet = absl::Seconds(10);

// What calls of one upstream and account have failed by. Thread-safe; outlives the calls.
class Troubles {
 public:
  Troubles(std::string upstream, std::string account, std::shared_ptr<spdlog::logger> log, Now now)
      : upstream_(std::move(upstream)),
        account_(std::move(account)),
        log_(std::move(log)),
        now_(std::move(now)) {}

  void Ended(const std::string& request_id, const HttpResult& result) {
    const auto* failure = std::get_if<HttpFailure>(&result);
    if (failure != nullptr && failure->kind == FailureKind::kCancelled) return;
    if (failure != nullptr && (failure->sent || IsFirst(failure->kind))) Tell(request_id, *failure);
    if (any_.load(std::memory_order_relaxed)) EndThoseThatAreOver();
  }

 private:
  // Of one kind, from its first call to a quiet time.
  struct Trouble {
    absl::Time first;
    absl::Time last;
    int64_t calls = 0;
  };

  bool IsFirst(FailureKind kind) {
    const absl::Time now = now_();
    const std::lock_guard lock(mutex_);
    any_ = true;
    Trouble& trouble = troubles_.try_emplace(kind, Trouble{now, now, 0}).first->second;
    trouble.last = now;
    return ++trouble.calls == 1;
  }

  void EndThoseThatAreOver() {
    const absl::Time quiet_since = now_() - kQuiet;
    const std::lock_guard lock(mutex_);
    for (auto at = troubles_.begin(); at != troubles_.end();) {
      const auto& [kind, trouble] = *at;
      if (trouble.last > quiet_since) {
        ++at;
        continue;
      }
      log_->warn(
          "upstream calls fail no more upstream={} account={} kind={} failed={} within=\"{}\"",
          upstream_, account_, std::string(FailureName(kind)), trouble.calls,
          absl::FormatDuration(absl::Ceil(trouble.last - trouble.first, absl::Seconds(1))));
      at = troubles_.erase(at);
    }
    any_ = !troubles_.empty();
  }

  void Tell(const std::string& request_id, const HttpFailure& failure) const {
    log_->warn(
        "upstream call failed request_id={} upstream={} account={} kind={} sent={} attempts={} "
        "cause=\"{}\"{}",
        request_id, upstream_, account_, std::string(FailureName(failure.kind)), failure.sent,
        failure.attempts, failure.cause,
        failure.sent ? "" : "; what fails like this from now on is counted");
  }

  const std::string upstream_;
  const std::string account_;
  const std::shared_ptr<spdlog::logger> log_;
  const Now now_;
  std::atomic<bool> any_ = false;  // Whether troubles_ has one.
  std::mutex mutex_;
  std::map<FailureKind, Trouble> troubles_;  // Guarded by mutex_.
};

}  // namespace

SendHttp LogFailures(SendHttp send, std::string upstream, std::string account,
                     std::shared_ptr<spdlog::logger> log, Now now) {
  const auto troubles = std::make_shared<Troubles>(std::move(upstream), std::move(account),
                                                   std::move(log), std::move(now));
  return [send = std::move(send), troubles](const CallContext& context, HttpRequest request,
                                            OnResponse on_response) {
    send(context, std::move(request),
         [troubles, request_id = context.request_id,
          on_response = std::move(on_response)](HttpResult result) mutable {
           troubles->Ended(request_id, result);
           std::move(on_response)(std::move(result));
         });
  };
}

}  // namespace kyc::upstream
