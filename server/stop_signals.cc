#include "server/stop_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace kyc {
namespace {

int Opened(int descriptor) {
  if (descriptor < 0) std::abort();  // Two descriptors of a process that has just begun.
  return descriptor;
}

[[noreturn]] void EndBy(int signal, const sigset_t& stop) {
  ::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  raise(signal);
  _exit(128 + signal);
}

}  // namespace

Signals BlockSignals() {
  Signals signals;
  sigemptyset(&signals.stop);
  sigaddset(&signals.stop, SIGINT);
  sigaddset(&signals.stop, SIGTERM);
  signals.all = signals.stop;
  sigaddset(&signals.all, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals.all, nullptr);
  // Whoever started us may ignore them, as a shell does for what it runs in the background; an
  // ignored signal is not even kept.
  for (const int taken : {SIGINT, SIGTERM, SIGHUP}) signal(taken, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

EndAtOnce::EndAtOnce(const sigset_t& stop, std::function<void()> last_words)
    : stop_(stop),
      signals_(Opened(signalfd(-1, &stop, SFD_CLOEXEC))),
      over_(Opened(eventfd(0, EFD_CLOEXEC))),
      thread_([this, last_words = std::move(last_words)] { Watch(last_words); }) {}

EndAtOnce::~EndAtOnce() {
  const uint64_t one = 1;
  while (write(over_, &one, sizeof(one)) < 0 && errno == EINTR) continue;
  thread_.join();
  close(signals_);
  close(over_);
}

void EndAtOnce::Watch(const std::function<void()>& last_words) const {
  std::array<pollfd, 2> ready = {{{.fd = signals_, .events = POLLIN, .revents = 0},
                                  {.fd = over_, .events = POLLIN, .revents = 0}}};
  for (;;) {
    if (poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[1].revents != 0) return;
    signalfd_siginfo came = {};
    if (read(signals_, &came, sizeof(came)) != static_cast<ssize_t>(sizeof(came))) continue;
    last_words();
    EndBy(static_cast<int>(came.ssi_signo), stop_);
  }
}

}  // namespace kyc
