// A loop and a pool that run when a test says so, on a clock that it moves.
#ifndef SERVER_NETZME_STREAM_TESTING_FAKE_LOOP_H_
#define SERVER_NETZME_STREAM_TESTING_FAKE_LOOP_H_

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/call/run_blocking.h"
#include "server/rpc/loop.h"

namespace kyc::netzme {

// The test's thread is the loop's thread; anybody may post.
class FakeLoop final : public rpc::Loop {
 public:
  void Post(Task task) override {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    ++posts_;
    changed_.notify_all();
  }

  TimerId After(absl::Duration delay, Task task) override {
    timers_.emplace(std::make_pair(now_ + delay, ++last_timer_), std::move(task));
    return last_timer_;
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
  size_t timers() const { return timers_.size(); }

  // How often was posted; and waits for as many.
  int64_t posts() {
    std::lock_guard lock(mutex_);
    return posts_;
  }
  void WaitForPosts(int64_t posts) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, posts] { return posts_ >= posts; });
  }

  // Runs the oldest posted task; false if there is none.
  bool RunOne() {
    Task task;
    {
      std::lock_guard lock(mutex_);
      if (posted_.empty()) return false;
      task = std::move(posted_.front());
      posted_.pop_front();
    }
    std::move(task)();
    return true;
  }

  // Moves the clock, and runs the first timer that is due by then; false if there is none.
  bool AdvanceToTimer(absl::Time until) {
    if (timers_.empty() || timers_.begin()->first.first > until) {
      now_ = until;
      return false;
    }
    auto first = timers_.extract(timers_.begin());
    now_ = std::max(now_, first.key().first);
    std::move(first.mapped())();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> posted_;
  int64_t posts_ = 0;

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::map<std::pair<absl::Time, TimerId>, Task> timers_;
  TimerId last_timer_ = 0;
};

// Keeps jobs until they are run.
class FakePool {
 public:
  RunBlocking Runner() {
    return [this](absl::AnyInvocable<void() &&> job) { jobs_.push_back(std::move(job)); };
  }

  size_t waiting() const { return jobs_.size(); }
  bool RunOne() {
    if (jobs_.empty()) return false;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    ++ran_;
    std::move(job)();
    return true;
  }
  int ran() const { return ran_; }

 private:
  std::deque<absl::AnyInvocable<void() &&>> jobs_;
  int ran_ = 0;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_TESTING_FAKE_LOOP_H_
