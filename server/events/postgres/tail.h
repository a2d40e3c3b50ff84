// Follows the log: reads what anybody appended, in order, once it is proven to be kept.
#ifndef SERVER_EVENTS_POSTGRES_TAIL_H_
#define SERVER_EVENTS_POSTGRES_TAIL_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/events/place.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/pq.h"
#include "server/events/retention.h"

namespace kyc::events::postgres {

struct TailOptions {
  // How often it looks by itself. A hint of the server's only shortens that: hints are lost with a
  // connection, and not every engine gives them.
  absl::Duration poll_interval = absl::Milliseconds(50);
};

// Thread-safe. One connection, one thread, which makes the callbacks.
class Tail {
 public:
  // `context` outlives it; it begins after what that has proven. Starts the thread.
  static absl::StatusOr<std::unique_ptr<Tail>> Start(LogContext& context, TailOptions options);
  ~Tail();

  // Looks now.
  void Wake() const;

  // As the log's.
  void SetOnCommitted(EventLog::OnCommitted on_committed);
  void SetOnTrimming(EventLog::OnTrimming on_trimming);
  void SetOnRewritten(EventLog::OnRewritten on_rewritten);

 private:
  Tail(LogContext& context, TailOptions options, int wake);

  void Run();
  // Reads what is new. OK also when there is none.
  absl::Status Look();
  absl::Status Connect();
  absl::StatusOr<std::vector<Event>> Ask();
  void Tell(std::vector<Event> events);
  void TellTrimming(int64_t due);
  void TellRewritten();
  void Pause(bool more);

  LogContext& context_;
  const TailOptions options_;
  const int wake_;  // An eventfd.
  std::atomic<bool> ends_ = false;
  // The thread's.
  std::unique_ptr<Connection> connection_;
  Place told_;
  int64_t due_ = 0;
  int64_t rewritten_ = 0;
  int64_t told_rewritten_ = 0;
  bool more_ = false;

  std::mutex mutex_;
  EventLog::OnCommitted on_committed_;
  EventLog::OnTrimming on_trimming_;
  EventLog::OnRewritten on_rewritten_;
  int64_t told_due_ = 0;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TAIL_H_
