// What a loop is to do later.
#ifndef SERVER_UPSTREAM_TIMER_QUEUE_H_
#define SERVER_UPSTREAM_TIMER_QUEUE_H_

#include <chrono>
#include <queue>
#include <utility>

#include "absl/functional/any_invocable.h"

namespace kyc::upstream {

// Not thread-safe.
class TimerQueue {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = absl::AnyInvocable<void() &&>;
  struct Timer {
    Clock::time_point due;
    mutable Task task;  // Taken out of the queue, whose top is const.
    bool operator<(const Timer& other) const { return due > other.due; }
  };

  void Add(Timer timer) { timers_.push(std::move(timer)); }

  // When the next one is due; time_point::max() if there is none.
  Clock::time_point due() const {
    return timers_.empty() ? Clock::time_point::max() : timers_.top().due;
  }

  // Runs what is due, in the order of its times; what a task adds, too.
  void Run(Clock::time_point now) {
    while (due() <= now) RunFirst();
  }
  // Runs all, due or not.
  void RunAll() {
    while (!timers_.empty()) RunFirst();
  }
  bool empty() const { return timers_.empty(); }

 private:
  void RunFirst() {
    Task task = std::move(timers_.top().task);
    timers_.pop();
    std::move(task)();
  }

  std::priority_queue<Timer> timers_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TIMER_QUEUE_H_
