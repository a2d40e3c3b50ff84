// The line at the reader pool, as far as this room fills it.
#ifndef SERVER_NETZME_STREAM_POOL_LINE_H_
#define SERVER_NETZME_STREAM_POOL_LINE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/call/run_blocking.h"

namespace kyc::netzme {

// Knows how many jobs the pool has not ended yet, also of streams and calls that are gone: while
// the log hangs, their callers come again. And knows whether the line moves: thousands that come
// back at once stand in it for longer than any read may take, and get there all the same.
// Thread-safe. Owned by the service.
class PoolLine {
 public:
  // Of the calls that may be open at once, so many may wait for the log.
  static constexpr int kMost = 30'000;

  // A job that was posted. Thread-safe.
  class Turn {
   public:
    explicit Turn(int64_t asked) : asked_(asked) {}

   private:
    friend class PoolLine;
    const int64_t asked_;
    std::atomic<int64_t> began_{0};  // 0: it stands in the line.
  };

  PoolLine(RunBlocking run, std::function<absl::Time()> clock)
      : run_(std::move(run)), state_(std::make_shared<State>(std::move(clock))) {}

  bool IsFull() const { return state_->jobs.load() >= kMost; }

  // As RunBlocking.
  std::shared_ptr<const Turn> Run(absl::AnyInvocable<void() &&> job) const {
    ++state_->jobs;
    const auto turn = std::make_shared<Turn>(state_->Now());
    run_([state = state_, turn, job = std::move(job)]() mutable {
      turn->began_ = state->Now();
      state->moved = turn->began_.load();
      std::move(job)();
      --state->jobs;
    });
    return turn;
  }

  // Since when nothing was heard of it: since it began; while it stands in the line, since it was
  // posted or the line moved.
  absl::Time SilentSince(const Turn& turn) const {
    const int64_t began = turn.began_;
    return absl::FromUnixNanos(began != 0 ? began : std::max(turn.asked_, state_->moved.load()));
  }

 private:
  struct State {
    explicit State(std::function<absl::Time()> now) : clock(std::move(now)) {}
    int64_t Now() const { return absl::ToUnixNanos(clock()); }

    const std::function<absl::Time()> clock;  // Steady.
    std::atomic<int> jobs{0};
    std::atomic<int64_t> moved{0};  // When a job was begun last.
  };

  const RunBlocking run_;
  // The pool may have jobs when the service is gone.
  const std::shared_ptr<State> state_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_POOL_LINE_H_
