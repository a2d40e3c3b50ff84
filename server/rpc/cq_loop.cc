#include "server/rpc/cq_loop.h"

#include <grpc/support/time.h>

#include "server/call/steady_now.h"

namespace kyc::rpc {

void CqLoop::Post(Task task) {
  // An alarm must not be set again before its tag came: RunPosted takes only then.
  if (posted_.Post(std::move(task)) != Mailbox<Task>::Posted::kFirst) return;
  const std::lock_guard<std::mutex> lock(wake_mutex_);
  if (!ended_) wake_.alarm.Set(queue_, gpr_time_0(GPR_CLOCK_MONOTONIC), &wake_);
}

CqLoop::TimerId CqLoop::After(absl::Duration delay, Task task) {
  const absl::Time when = SteadyNow() + delay;
  const TimerId timer = ++last_timer_;
  if (ending_) return timer;
  timers_.emplace(std::make_pair(when, timer), std::move(task));
  due_.emplace(timer, when);
  return timer;
}

void CqLoop::Cancel(TimerId timer) {
  const auto at = due_.find(timer);
  if (at == due_.end()) return;
  timers_.erase({at->second, timer});
  due_.erase(at);
}

void CqLoop::Run() {
  using Next = grpc::CompletionQueue::NextStatus;
  thread_ = std::this_thread::get_id();
  void* tag;
  bool ok;
  for (;;) {
    // The queue waits by the steady clock. An alarm would not do for a timer: the thread that gRPC
    // has for those waits by the wall clock, and sleeps on when that is set back.
    const Next next = queue_->AsyncNext(&tag, &ok, NextDue());
    if (next == Next::SHUTDOWN) break;
    now_ = SteadyNow();
    if (next == Next::GOT_EVENT && !abandoned_.load()) static_cast<Tag*>(tag)->On(ok);
    RunDue();
  }
  // The system may give its number to another thread.
  thread_ = std::thread::id();
}

void CqLoop::End() {
  Post([this] {
    posted_.Close();
    {
      const std::lock_guard<std::mutex> lock(wake_mutex_);
      ended_ = true;
    }
    ending_ = true;
    timers_.clear();
    due_.clear();
    queue_->Shutdown();
  });
}

void CqLoop::EndUnrun() {
  posted_.Close();
  {
    const std::lock_guard<std::mutex> lock(wake_mutex_);
    if (std::exchange(ended_, true)) return;
  }
  queue_->Shutdown();
  Run();  // Takes back the alarm that a task may have set: a queue must not be destroyed with one.
}

void CqLoop::Wake::On(bool) { loop->RunPosted(); }

void CqLoop::RunPosted() {
  std::vector<Task> tasks;
  posted_.Take(tasks);
  {
    const std::lock_guard<std::mutex> lock(wake_mutex_);
    if (ended_) return;
  }
  for (Task& task : tasks) {
    if (abandoned_.load()) return;
    std::move(task)();
  }
}

void CqLoop::RunDue() {
  while (!abandoned_.load() && !timers_.empty() && timers_.begin()->first.first <= now_) {
    const auto first = timers_.begin();
    Task task = std::move(first->second);
    due_.erase(first->first.second);
    timers_.erase(first);
    std::move(task)();
  }
}

gpr_timespec CqLoop::NextDue() const {
  if (timers_.empty()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const timespec due = absl::ToTimespec(timers_.begin()->first.first);
  return {due.tv_sec, static_cast<int32_t>(due.tv_nsec), GPR_CLOCK_MONOTONIC};
}

}  // namespace kyc::rpc
