#include "server/rpc/cq_loop.h"

#include <grpc/support/time.h>

#include "server/call/steady_now.h"

namespace kyc::rpc {

void CqLoop::Post(Task task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ended_) return;
  posted_.push_back(std::move(task));
  // An alarm must not be set again before its tag came: RunPosted empties the list only then.
  if (posted_.size() == 1) wake_.alarm.Set(queue_, gpr_time_0(GPR_CLOCK_MONOTONIC), &wake_);
}

CqLoop::TimerId CqLoop::After(absl::Duration delay, Task task) {
  const absl::Time when = SteadyNow() + delay;
  const TimerId timer = ++last_timer_;
  timers_.emplace(std::make_pair(when, timer), std::move(task));
  due_.emplace(timer, when);
  if (!clock_.armed) {
    Arm();
  } else if (when < clock_.due) {
    clock_.alarm.Cancel();  // Its tag comes at once and arms it anew.
  }
  return timer;
}

void CqLoop::Cancel(TimerId timer) {
  const auto at = due_.find(timer);
  if (at == due_.end()) return;
  timers_.erase({at->second, timer});
  due_.erase(at);
}

void CqLoop::Run() {
  thread_ = std::this_thread::get_id();
  void* tag;
  bool ok;
  while (queue_->Next(&tag, &ok)) {
    now_ = SteadyNow();
    if (!abandoned_.load()) static_cast<Tag*>(tag)->On(ok);
  }
  // The system may give its number to another thread.
  thread_ = std::thread::id();
}

void CqLoop::End() {
  Post([this] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    timers_.clear();
    due_.clear();
    if (clock_.armed) clock_.alarm.Cancel();
    queue_->Shutdown();
  });
}

void CqLoop::EndUnrun() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(ended_, true)) return;
  }
  queue_->Shutdown();
  Run();  // Takes back the alarm that a task may have set: a queue must not be destroyed with one.
}

void CqLoop::Wake::On(bool) { loop->RunPosted(); }

void CqLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(posted_);
    if (ended_) return;
  }
  for (Task& task : tasks) {
    if (abandoned_.load()) return;
    std::move(task)();
  }
}

void CqLoop::Clock::On(bool) {
  armed = false;
  loop->RunDue();
}

void CqLoop::RunDue() {
  const absl::Time now = SteadyNow();
  while (!abandoned_.load() && !timers_.empty() && timers_.begin()->first.first <= now) {
    const auto first = timers_.begin();
    Task task = std::move(first->second);
    due_.erase(first->first.second);
    timers_.erase(first);
    std::move(task)();
  }
  if (!clock_.armed) Arm();
}

void CqLoop::Arm() {
  if (timers_.empty()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return;
  }
  clock_.armed = true;
  clock_.due = timers_.begin()->first.first;
  // Rounded up, or a timer would fire just before it is due and be armed again.
  const absl::Duration left = clock_.due - SteadyNow() + absl::Milliseconds(1);
  const gpr_timespec span = gpr_time_from_nanos(absl::ToInt64Nanoseconds(left), GPR_TIMESPAN);
  clock_.alarm.Set(queue_, gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), span), &clock_);
}

}  // namespace kyc::rpc
