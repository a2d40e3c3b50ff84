// A loop whose clock and timers a test moves.
#ifndef SERVER_RPC_TESTING_HAND_LOOP_H_
#define SERVER_RPC_TESTING_HAND_LOOP_H_

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "server/rpc/loop.h"

namespace kyc::rpc {

// The test's thread is the loop's.
class HandLoop final : public Loop {
 public:
  void Post(Task task) override { std::move(task)(); }
  TimerId After(absl::Duration delay, Task task) override {
    timers_.emplace(std::make_pair(now_ + delay, ++last_), std::move(task));
    return last_;
  }
  void Cancel(TimerId timer) override {
    for (auto at = timers_.begin(); at != timers_.end(); ++at) {
      if (at->first.second == timer) {
        timers_.erase(at);
        return;
      }
    }
  }

  absl::Time now() const { return now_; }
  std::function<absl::Time()> clock() {
    return [this] { return now_; };
  }
  // Moves the clock on and runs what is due meanwhile.
  void Pass(absl::Duration time) {
    const absl::Time until = now_ + time;
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto first = timers_.extract(timers_.begin());
      now_ = std::max(now_, first.key().first);
      std::move(first.mapped())();
    }
    now_ = until;
  }
  // The process stands still for so long; then it runs what was due, once.
  void StandStill(absl::Duration time) {
    now_ += time;
    auto due = std::exchange(timers_, {});
    for (auto& [when, task] : due) std::move(task)();
  }
  size_t timers() const { return timers_.size(); }

 private:
  absl::Time now_ = absl::UnixEpoch();
  TimerId last_ = 0;
  std::map<std::pair<absl::Time, TimerId>, Task> timers_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_TESTING_HAND_LOOP_H_
