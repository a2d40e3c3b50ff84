// The writer's connection and all that is prepared on it.
#ifndef SERVER_EVENTS_SQLITE_WRITE_SESSION_H_
#define SERVER_EVENTS_SQLITE_WRITE_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/events/sqlite/call_key_rows.h"
#include "server/events/sqlite/checkpoint_pace.h"
#include "server/events/sqlite/event_writer.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/places.h"
#include "server/events/sqlite/quarantine_rows.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/write_queue.h"

namespace kyc::events {

// What a batch came to.
struct Committed {
  std::vector<Event> events;  // Appended, in order.
  int repeats = 0;
  bool rewritten = false;  // Events that were there before.
};

// Used by the writer's thread. After any error it must be thrown away and opened anew: what it
// knows of the file may no longer be true.
class WriteSession {
 public:
  // `file` outlives it. UNAVAILABLE when the file cannot be written or is another one by now.
  static absl::StatusOr<std::unique_ptr<WriteSession>> Open(const LogFile& file,
                                                            QuarantineLimits limits);

  // Writes all requests in one transaction and puts their answers into them. Once it returns OK all
  // is on disk, in what was the log's file before the commit. `before_commit` is called just before
  // it.
  absl::StatusOr<Committed> Commit(std::vector<WriteRequest>& requests, absl::Time now,
                                   absl::Duration lived,
                                   const std::function<void()>& before_commit);

  // The last Commit failed at the notes for the audit log: the requests are as they were.
  bool failed_at_notes() const { return failed_at_notes_; }

  // The files are those that it was opened on, and none is shorter than it was left.
  // LOG_UNAVAILABLE if not: then somebody else wrote there, and what it knows may be no longer so.
  absl::Status CheckFiles() const;
  // Also the file's head is what the last checkpoint left.
  absl::Status CheckHead();
  // DATA_LOSS LOG_DAMAGED unless the event at this position, which was told to others, is there.
  absl::Status CheckHolds(Position told);

  // Commits a change that changes nothing.
  absl::Status Probe();

  // Moves what the write-ahead log holds into the file, when it is time, and counts that. `now` is
  // of the steady clock.
  absl::Status Checkpoint(absl::Time now, Metrics& metrics);

  // Removes a bounded number of the quarantine's entries that are too old, in a transaction of its
  // own. How many.
  absl::StatusOr<int64_t> AgeQuarantine(absl::Time now);
  // The same of calls' keys: whether there may be more.
  absl::StatusOr<bool> AgeCallKeys(absl::Duration lived, absl::Duration retention);
  double quarantine_used_ratio() const { return quarantine_->used_ratio(); }

  // For what is done between commits: retention, the clocks' note.
  Database& database() { return database_; }
  absl::StatusOr<Ends> ends() { return EndsOf(database_); }
  // How much the write-ahead log holds.
  int64_t write_ahead_log_bytes() const;

 private:
  WriteSession(Database database, const LogFile& file, QuarantineLimits limits);
  absl::Status Prepare();
  absl::StatusOr<bool> Move(CheckpointPace::Step step);
  // What a checkpoint leaves.
  absl::Status NoteFile();
  absl::Status EmptyOfErased();

  absl::Status Write(AppendRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(KeepRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(MarkRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(DiscardRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(ResealRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(ActRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(ClaimRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(SettleRequest& request, absl::Time now, Committed& committed);
  absl::Status Write(NoteRequest&, absl::Time, Committed&) { return absl::OkStatus(); }
  absl::Status WriteNotes(const std::vector<WriteRequest>& requests, absl::Time now);
  absl::Status Write(UsageRequest& request, absl::Time now, Committed& committed);

  Database database_;
  CheckpointPace pace_;
  bool holds_erased_ = false;  // The write-ahead log, and must be emptied.
  const LogFile& file_;
  std::string head_;            // Of the file, since the last checkpoint,
  int64_t database_bytes_ = 0;  // and its length.
  const QuarantineLimits limits_;
  // Set by Prepare; they point to database_.
  absl::optional<EventWriter> events_;
  absl::optional<QuarantineWriter> quarantine_;
  absl::optional<CallKeyRows> call_keys_;
  bool failed_at_notes_ = false;
  absl::Duration lived_;  // When what is being written came.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_WRITE_SESSION_H_
