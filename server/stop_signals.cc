#include "server/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

#include "server/call/steady_now.h"

namespace kyc {
namespace {

// Only for the thread that takes the signals: it is to look whether it is over.
constexpr int kWake = SIGUSR1;
constexpr int kTaken[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, kWake};

sigset_t TakenSignals() {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : kTaken) sigaddset(&taken, signal);
  return taken;
}

[[noreturn]] void EndBy(int signal) {
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  _exit(128 + signal);
}

}  // namespace

void BlockSignals() {
  const sigset_t taken = TakenSignals();
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  // Whoever started us may ignore them, as a shell does for what it runs in the background; an
  // ignored signal is not even kept.
  for (const int signal : kTaken) ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
}

StopSignals::StopSignals(std::function<void()> last_words, std::function<void()> on_late)
    : last_words_(std::move(last_words)),
      on_late_(std::move(on_late)),
      thread_([this] { Take(); }) {}

StopSignals::~StopSignals() {
  over_ = true;
  pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void StopSignals::Serving() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kServing;
}

StopSignals::Came StopSignals::Await(std::chrono::seconds at_most) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, at_most, [this] { return look_ || phase_ == Phase::kEnding; });
  if (phase_ == Phase::kEnding) return Came::kStop;
  return std::exchange(look_, false) ? Came::kLook : Came::kNothing;
}

void StopSignals::Take() {
  const sigset_t taken = TakenSignals();
  while (!over_) {
    int signal = 0;
    if (sigwait(&taken, &signal) != 0) continue;
    if (signal == SIGINT || signal == SIGTERM) OnStop(signal);
    if (signal == SIGHUP) OnLook();
    if (signal == SIGALRM) OnAlarm();
  }
}

void StopSignals::OnStop(int signal) {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::kServing) {
    phase_ = Phase::kEnding;
    return came_.notify_one();
  }
  if (phase_ == Phase::kStarting) last_words_();
  EndBy(signal);
}

void StopSignals::EndWithin(absl::Duration time) {
  const std::lock_guard lock(mutex_);
  end_ = SteadyNow() + time;
  alarm(static_cast<unsigned>(absl::ToInt64Seconds(absl::Ceil(time, absl::Seconds(1)))));
}

// Anybody may send its signal: only the time tells.
void StopSignals::OnAlarm() {
  std::unique_lock lock(mutex_);
  if (SteadyNow() >= end_) on_late_();
}

void StopSignals::OnLook() {
  const std::lock_guard lock(mutex_);
  look_ = true;
  came_.notify_one();
}

}  // namespace kyc
