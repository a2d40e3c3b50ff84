// The one thread that writes: group commit, and coming back after a fault.
#ifndef SERVER_EVENTS_POSTGRES_WRITER_H_
#define SERVER_EVENTS_POSTGRES_WRITER_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/audit_state.h"
#include "server/events/clocks.h"
#include "server/events/label_clock.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/write_session.h"
#include "server/events/quarantine_rules.h"
#include "server/events/write_queue.h"
#include "server/events/writer_state.h"

namespace kyc::events::postgres {

struct WriterOptions {
  QuarantineLimits quarantine;
  // How many requests may wait; further ones are refused at once.
  int max_waiting = 4096;
  // How often the writer tries to write while it cannot and nothing arrives.
  absl::Duration probe_interval = absl::Milliseconds(200);
  // Likewise while a server serves but refuses what is written, whatever arrives.
  absl::Duration rehearse_interval = absl::Seconds(1);
  // How long after a batch was taken it may be tried once more. What is not committed and proven
  // after that and one more attempt is answered LOG_UNREACHABLE.
  absl::Duration retry_limit = absl::Seconds(1);
  // How often it looks at what others change: the quarantine, its role's rights; and, while nothing
  // is written, whether it could be, and be proven.
  absl::Duration look_interval = absl::Seconds(10);
  std::function<ClockReading()> clocks = ReadClocks;
  // For tests: called on the writer's thread just before each attempt.
  std::function<void()> before_commit;
};

// Thread-safe. What waits together shares a transaction of at most 256. While the primary cannot be
// reached, or what it commits cannot be proven, all that waits is answered with that: so nothing
// waits longer than two attempts take. An attempt whose fate is unknown is found out under the
// log's lock before anything else is written.
class Writer {
 public:
  // `context` outlives it. `label` tells events' times. Connects and proves first; starts the
  // thread.
  static absl::StatusOr<std::unique_ptr<Writer>> Start(LogContext& context, WriterOptions options,
                                                       LabelClock label);
  // Writes and answers what waits, then ends the thread.
  ~Writer();

  // Answers once committed and proven, or at once when the request is refused.
  void Write(WriteRequest request);
  // As EventLog::writable.
  bool writable() const { return state_.writable(); }
  // As Quarantine::used_ratio; what other processes keep is known after 10 s.
  double quarantine_used_ratio() const { return state_.quarantine_used(); }

 private:
  Writer(LogContext& context, WriterOptions options, LabelClock label,
         std::unique_ptr<WriteSession> session);

  void Run();
  void CommitAndAnswer(std::vector<WriteRequest> requests);
  absl::StatusOr<WriteSession::Committed> Commit(WriteBatch& batch);
  absl::StatusOr<WriteSession::Committed> Attempted(WriteBatch& batch, Fate& fate);
  void FoundOut(bool committed);
  void Probe();
  absl::Status Rehearse();
  absl::Status OpenSession();
  void LookAround();
  void PublishQuarantine();

  LogContext& context_;
  const WriterOptions options_;
  WriteQueue queue_;
  // The thread's.
  LabelClock label_;
  std::unique_ptr<WriteSession> session_;  // Null after a failure.
  absl::optional<Attempt> unsure_;         // Nothing is written before its fate is known.
  // Of the steady clock, since a server refused what was written: only an append that is rehearsed
  // shows that the log can be written again.
  absl::optional<absl::Time> rehearsal_due_;
  absl::Time look_due_;  // Likewise.

  WriterState state_;
  AuditState audit_;    // The thread's.
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_WRITER_H_
