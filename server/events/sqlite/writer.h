// The one thread that writes: group commit, recovery and retention.
#ifndef SERVER_EVENTS_SQLITE_WRITER_H_
#define SERVER_EVENTS_SQLITE_WRITER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/audit_state.h"
#include "server/events/clocks.h"
#include "server/events/event_log.h"
#include "server/events/lived_clock.h"
#include "server/events/sqlite/keeper.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/quarantine_rows.h"
#include "server/events/sqlite/trimming.h"
#include "server/events/sqlite/write_session.h"
#include "server/events/write_queue.h"
#include "server/events/writer_state.h"

namespace kyc::events {

struct WriterOptions {
  Retention retention;
  QuarantineLimits quarantine;
  // How long calls' keys are remembered.
  absl::Duration key_retention = absl::Hours(24);
  // How many requests may wait; further ones are refused at once.
  int max_waiting = 4096;
  // As KeeperOptions::interval and notice.
  absl::Duration trim_interval = absl::Seconds(10);
  absl::Duration trim_notice = absl::Seconds(20);
  // How often the writer tries to write while it cannot and nothing arrives.
  absl::Duration probe_interval = absl::Seconds(1);
  std::function<ClockReading()> clock = ReadClocks;
  std::string boot_id = BootId();
  Metrics* metrics = nullptr;  // Not owned; required.
  // Takes a line for the operator when something goes wrong or right again, from the writer's
  // thread. May be null.
  std::function<void(absl::string_view)> log;
  // Both are called on the writer's thread, and may be null. What was found is DATA_LOSS.
  std::function<void(const absl::Status&)> on_damage;
  // Somebody else wrote over the file; what was there may be there still.
  std::function<void()> on_written_over;
  // For tests: called on the writer's thread just before each commit.
  std::function<void()> before_commit;
};

// Thread-safe. A batch that cannot be committed is answered with its error as a whole, and the
// connection is opened anew for the next one: so the writer works again as soon as the fault ends.
// Meanwhile it tries by itself, so that writable() becomes true again even if nobody writes.
class Writer {
 public:
  // `file` outlives it. Starts the thread.
  static absl::StatusOr<std::unique_ptr<Writer>> Start(const LogFile& file, WriterOptions options);
  // Writes and answers what waits, then ends the thread.
  ~Writer();

  // Answers once committed, or at once when the request is refused. Answers come on the writer's
  // thread, in order, or on the caller's.
  void Write(WriteRequest request);

  Ends ends() const;
  // As EventLog::writable.
  bool writable() const { return state_.writable(); }
  // As Quarantine::used_ratio.
  double quarantine_used_ratio() const { return state_.quarantine_used(); }
  void SetOnCommitted(EventLog::OnCommitted on_committed);
  void SetOnRewritten(EventLog::OnRewritten on_rewritten);
  // Retention's, whose thread-safe part is anybody's.
  Keeper& keeper() { return *keeper_; }
  const Keeper& keeper() const { return *keeper_; }

 private:
  Writer(const LogFile& file, WriterOptions options, std::unique_ptr<WriteSession> session,
         std::unique_ptr<Keeper> keeper, LivedClock lived, Ends ends);

  void Run();
  void CommitAndAnswer(std::vector<WriteRequest> requests);
  absl::StatusOr<Committed> Commit(std::vector<WriteRequest>& requests);
  void Publish(Committed committed, absl::Duration took);
  // Retention's turn. Returns whether it wants another one soon.
  bool Trim();
  absl::StatusOr<bool> TrimStep();
  // Removes what is too old of the quarantine.
  absl::Status AgeQuarantine();
  // Of calls' keys, and whether there are more.
  absl::StatusOr<bool> AgeCallKeys();
  void PublishQuarantine();
  void Checkpoint();
  absl::Duration Pause() const;
  void Probe();
  absl::Status OpenSession();
  // Opens the file anew if somebody else wrote over it: that shows whether it is the log still.
  void LookAtFile(const absl::Status& checked);
  void SetWritable(const absl::Status& status);
  // Whoever writes next opens the file anew.
  void GiveUpSession(const absl::Status& why);

  const LogFile& file_;
  const WriterOptions options_;
  WriteQueue queue_;
  std::unique_ptr<WriteSession> session_;  // The thread's. Null after a failure.
  const std::unique_ptr<Keeper> keeper_;
  LivedClock lived_;  // The thread's.

  WriterState state_;
  AuditState audit_;  // The thread's.
  mutable std::mutex mutex_;
  Ends ends_;
  EventLog::OnCommitted on_committed_;
  EventLog::OnRewritten on_rewritten_;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_WRITER_H_
