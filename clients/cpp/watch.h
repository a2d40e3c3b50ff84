// A watch that never ends by itself.
#ifndef CLIENTS_CPP_WATCH_H_
#define CLIENTS_CPP_WATCH_H_

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "clients/cpp/cursor_store.h"
#include "clients/cpp/error.h"
#include "clients/cpp/target.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"

namespace kyc_gateway {

enum class WatchState {
  kConnecting,
  kCatchingUp,  // What was stored before is on its way.
  kLive,
  kWaiting,  // Before the next attempt.
  kStopped,
};

// The server cannot go on from the cursor. Going on from oldest_cursor sees all that is left, from
// newest_cursor only what is new.
struct CursorProblem {
  kyc::errors::v1::Reason reason;  // REASON_CURSOR_EXPIRED, _FOREIGN, _AHEAD or _INVALID.
  std::string cursor;
  std::string oldest_cursor;
  std::string newest_cursor;
  Error error;
};

// Where a watch begins when its store has no cursor, and what it sees.
struct WatchOptions {
  netzme::v1::From start = netzme::v1::FROM_LATEST;
  // Begins with the first event received at or after this, instead of `start`.
  std::optional<absl::Time> since;
  netzme::v1::UpgradeFilter filter;
  netzme::v1::View view = netzme::v1::VIEW_BASIC;
  // 1 to 60 s. After three of them without a word the connection is given up.
  absl::Duration heartbeat = absl::Seconds(15);
  // Asked when the cursor is no good: returns the cursor to go on from, or nothing to end the watch
  // with the error. Without it, the watch ends.
  std::function<std::string(const CursorProblem&)> on_cursor_problem;
  // Told of each change of the state, with the error that made it, or null.
  std::function<void(WatchState, const Error*)> on_state;
};

// Events that arrived together, oldest first, and the cursor behind them.
struct Batch {
  netzme::v1::Events events;
  std::string cursor;
  int64_t number = 0;
};

// One thread calls Next() and Confirm(); state(), lag() and Stop() may be called by any, though not
// by a signal's handler.
class Watch {
 public:
  Watch(Target target, CursorStore& cursors, WatchOptions options);
  ~Watch();

  // Blocks. None after Stop(), or at an error that no repeat mends: see error().
  std::optional<Batch> Next();

  // The batch, and all before, is done with: the watch never brings it again. False if the store
  // failed; then Next() ends with that error.
  bool Confirm(const Batch& batch);

  void Stop();

  // Why Next() ended, where it was not Stop().
  const std::optional<Error>& error() const { return error_; }
  WatchState state() const { return state_; }
  // Since all that was committed was known to have been handed over: an upper bound of what is not
  // known yet.
  absl::Duration lag() const {
    return absl::FromChrono(std::chrono::steady_clock::now() - complete_at_.load());
  }

 private:
  struct Stream;
  enum class Event { kDone, kFailed, kSilence, kStopped };

  void Open();
  void Close();
  // Waits for the one operation of the stream under way (or of none), Stop(), or the time.
  Event Wait(absl::Duration limit);
  Error EndOf(Event event);
  // The batch's number if the message brings events, else 0.
  int64_t Take(const netzme::v1::WatchUpgradesResponse& message);
  bool Move(int64_t number, const std::string& cursor);
  bool Save(std::string cursor);
  // False: Next() ends.
  bool GoOn(Error error);
  bool ReplaceCursor(Error error);
  bool GiveUp(Error error);
  void Enter(WatchState state, const Error* error);

  const Target target_;
  CursorStore& cursors_;
  const WatchOptions options_;
  grpc::CompletionQueue queue_;
  std::mutex stopping_;
  std::optional<grpc::Alarm> stop_alarm_;  // Guarded by stopping_.
  bool stopped_ = false;                   // Its event has been seen.
  std::atomic<WatchState> state_ = WatchState::kConnecting;
  std::atomic<std::chrono::steady_clock::time_point> complete_at_;
  std::optional<Error> error_;

  std::unique_ptr<Stream> stream_;
  std::optional<std::string> cursor_;  // The last one that was confirmed, once it is loaded.
  int64_t handed_ = 0;                 // Batches are counted.
  int64_t confirmed_ = 0;
  int fruitless_ = 0;  // Streams that brought nothing.
  bool started_once_ = false;
  bool near_retention_ = false;
};

}  // namespace kyc_gateway

#endif  // CLIENTS_CPP_WATCH_H_
