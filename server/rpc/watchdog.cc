#include "server/rpc/watchdog.h"

#include <utility>

#include "server/call/steady_now.h"

namespace kyc::rpc {

Watchdog::Watchdog(std::vector<Watched> watched, Times times,
                   std::function<void(const std::string& name, bool answered)> tell)
    : watched_(std::move(watched)),
      times_(times),
      tell_(std::move(tell)),
      thread_([this] { Run(); }) {}

Watchdog::~Watchdog() { Stop(); }

void Watchdog::Stop() {
  if (!thread_.joinable()) return;
  over_.Notify();
  thread_.join();
}

std::string Watchdog::WhoIsSilent() const {
  const absl::MutexLock lock(&mutex_);
  return silent_;
}

void Watchdog::Run() {
  std::vector<absl::Time> heard(watched_.size(), SteadyNow());
  while (!over_.WaitForNotificationWithTimeout(times_.between)) {
    std::string silent;
    for (size_t i = 0; i < watched_.size(); ++i) {
      const bool answered = watched_[i].answers();
      const absl::Time now = SteadyNow();
      if (answered) {
        heard[i] = now;
      } else if (silent.empty() && now - heard[i] >= times_.silent_after) {
        silent = watched_[i].name;
      }
      tell_(watched_[i].name, answered);
    }
    const absl::MutexLock lock(&mutex_);
    silent_ = std::move(silent);
  }
}

}  // namespace kyc::rpc
