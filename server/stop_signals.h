// The signals that a gateway takes: SIGTERM and SIGINT to stop, SIGHUP to look at its files.
#ifndef SERVER_STOP_SIGNALS_H_
#define SERVER_STOP_SIGNALS_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace kyc {

// Blocks them in this thread and in those that it makes from now on, and ignores SIGPIPE. To be
// called before any other thread is made.
void BlockSignals();

// Takes the signals on a thread of its own, from its beginning to its end:
//
//   starting --Serving--> serving --a signal to stop--> ending
//
// While it serves, main's thread is told. In the other two phases a signal to stop ends the process
// at once, by that signal: what a start or a drain waits for may never come. Process 1 of a
// container, which no signal ends by default, exits with 128 and the signal's number.
//
// It also bounds the end. Made once, after BlockSignals; from then on it needs neither a thread nor
// a descriptor, of which there may be none left when the end comes. Used by main's thread.
class StopSignals {
 public:
  enum class Came { kStop, kLook, kNothing };

  // Both are called on the thread of the signals: `last_words`, bounded in time, before a start is
  // ended; `on_late`, which ends the process, when the end takes longer than it may.
  StopSignals(std::function<void()> last_words, std::function<void()> on_late);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // The start is over.
  void Serving();
  // Waits for a signal, at most so long. After kStop the gateway is ending.
  Came Await(std::chrono::seconds at_most);
  // The end may take so long from now on, whatever was said before.
  void EndWithin(absl::Duration time);

 private:
  enum class Phase { kStarting, kServing, kEnding };

  void Take();
  void OnStop(int signal);
  void OnLook();
  void OnAlarm();

  const std::function<void()> last_words_;
  const std::function<void()> on_late_;
  std::mutex mutex_;
  std::condition_variable came_;
  Phase phase_ = Phase::kStarting;           // Guarded by mutex_,
  bool look_ = false;                        // this,
  absl::Time end_ = absl::InfiniteFuture();  // and this too.
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace kyc

#endif  // SERVER_STOP_SIGNALS_H_
