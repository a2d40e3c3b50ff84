// The line at the reader pool, as far as this room fills it.
#ifndef SERVER_NETZME_STREAM_POOL_LINE_H_
#define SERVER_NETZME_STREAM_POOL_LINE_H_

#include <atomic>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "server/call/run_blocking.h"

namespace kyc::netzme {

// Knows how many jobs the pool has not ended yet, also of streams and calls that are gone: while
// the log hangs, their callers come again. Thread-safe. Owned by the service.
class PoolLine {
 public:
  // Of the calls that may be open at once, so many may wait for the log.
  static constexpr int kMost = 30'000;

  explicit PoolLine(RunBlocking run) : run_(std::move(run)) {}

  bool IsFull() const { return jobs_->load() >= kMost; }
  // As RunBlocking.
  void Run(absl::AnyInvocable<void() &&> job) const {
    ++*jobs_;
    run_([jobs = jobs_, job = std::move(job)]() mutable {
      std::move(job)();
      --*jobs;
    });
  }

 private:
  const RunBlocking run_;
  // The pool may have jobs when the service is gone.
  const std::shared_ptr<std::atomic<int>> jobs_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_POOL_LINE_H_
