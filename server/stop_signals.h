// The signals that a gateway takes: SIGTERM and SIGINT to stop, SIGHUP to look at its files.
#ifndef SERVER_STOP_SIGNALS_H_
#define SERVER_STOP_SIGNALS_H_

#include <signal.h>

#include <functional>
#include <thread>

namespace kyc {

struct Signals {
  sigset_t stop;
  sigset_t all;  // And SIGHUP.
};

// Blocks them in this thread and in those that it makes from now on, so that they wait for whoever
// asks for them; SIGPIPE is ignored. To be called before any other thread is made.
Signals BlockSignals();

// While it lives, a signal to stop ends the process at once, by that signal: what a start or a
// drain waits for may never come. Process 1 of a container, which no signal ends by default, exits
// with 128 and the signal's number.
class EndAtOnce {
 public:
  // `last_words` is called before, on a thread of its own; bounded in time.
  EndAtOnce(const sigset_t& stop, std::function<void()> last_words);
  // A signal that comes from now on waits for whoever asks next.
  ~EndAtOnce();
  EndAtOnce(const EndAtOnce&) = delete;
  EndAtOnce& operator=(const EndAtOnce&) = delete;

 private:
  void Watch(const std::function<void()>& last_words) const;

  const sigset_t stop_;
  const int signals_;  // A signalfd,
  const int over_;     // and an eventfd, which tells that this is gone.
  std::thread thread_;
};

}  // namespace kyc

#endif  // SERVER_STOP_SIGNALS_H_
