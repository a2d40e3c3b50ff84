// The writer's connection: one transaction for all that waits, and the proof that it is kept.
#ifndef SERVER_EVENTS_POSTGRES_WRITE_SESSION_H_
#define SERVER_EVENTS_POSTGRES_WRITE_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/postgres/batch.h"
#include "server/events/postgres/call_key_rows.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/quarantine_rows.h"
#include "server/events/postgres/usage_rows.h"
#include "server/events/quarantine_rules.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// What waits together, ready to be judged. `requests` are answered by the writer.
struct WriteBatch {
  std::vector<WriteRequest> requests;
  std::vector<PreparedEvent> events;  // Of the AppendRequests, in order.
};

WriteBatch PrepareBatch(std::vector<WriteRequest> requests, const LogIdentity& log);

// What is known of an attempt that failed.
enum class Fate {
  kNotCommitted,  // Surely nothing of it is or will be stored.
  kUnknown,       // It may be stored, now or in a moment.
  kNotesRefused,  // As kNotCommitted, because the server refused the notes for the audit log.
};

// By which an attempt of unknown fate is found: nobody else's event has this id.
struct Attempt {
  int64_t first_sequence = 0;
  std::string first_event_id;
};

// Used by the writer's thread. After any error it must be thrown away and opened anew.
class WriteSession {
 public:
  // `context` outlives it.
  static absl::StatusOr<std::unique_ptr<WriteSession>> Open(LogContext& context,
                                                            QuarantineLimits limits);

  struct Committed {
    int64_t appended = 0;
    int64_t repeats = 0;
  };
  // Writes all of the batch in one transaction and puts the answers into its requests. They are
  // proven to be kept once it returns OK; else `fate` says what is known. Where `unsure` is an
  // earlier attempt, it finds out under the log's lock what became of it; where that was with the
  // same batch and is there, its answers stand, and only the proof is made.
  absl::StatusOr<Committed> Commit(WriteBatch& batch, absl::Time now,
                                   const absl::optional<Attempt>& unsure, Fate& fate);
  // The attempt that Commit made last; none if it had nothing to append.
  const absl::optional<Attempt>& attempt() const { return attempt_; }
  // Whether the attempt given to the last Commit was found to be committed.
  bool found_unsure() const { return found_unsure_; }

  // Whether the server takes what an append writes, keeping nothing of it.
  absl::Status Rehearse();
  // Proves that what is committed is kept, writing nothing.
  absl::Status Probe();

  // Asks how full the quarantine is, which other processes fill, too, and whether the role may add
  // to the audit log. The first is known from then on, and after each Commit that changes it.
  absl::Status LookAround();
  const absl::Status& may_note() const { return may_note_; }
  double quarantine_used_ratio() const { return quarantine_used_ratio_; }

 private:
  WriteSession(LogContext& context, QuarantineLimits limits, Primary primary)
      : context_(context), limits_(limits), primary_(std::move(primary)) {}

  // What the first trip brings, under the lock.
  struct Locked {
    LogRow row;
    References references;
    Contents older;
  };
  absl::StatusOr<Locked> Lock(const WriteBatch& batch, const absl::optional<Attempt>& unsure,
                              QuarantineWrites& quarantine, CallKeyWrites& keys,
                              UsageWrites& usage);
  absl::Status ActOnAll(WriteBatch& batch, absl::Time now, Locked& locked, CallKeyWrites& keys,
                        Fate& fate);
  absl::Status LookUpOlder(const WriteBatch& batch, Locked& locked);
  absl::StatusOr<Committed> Write(const Plan& plan, absl::Time now, QuarantineWrites& quarantine,
                                  const CallKeyWrites& keys, const UsageWrites& usage, Fate& fate);
  absl::Status EndUnwritten(const LogRow& row);
  absl::Status MaySealOn(const LogRow& row);

  LogContext& context_;
  const QuarantineLimits limits_;
  Primary primary_;
  absl::optional<Attempt> attempt_;
  bool found_unsure_ = false;
  absl::Status may_note_;
  int64_t keys_seen_ = -1;  // LogRow::keys_changed, when this process's key was looked at.
  bool rewrites_ = false;   // What is being written changes events that were there before.
  double quarantine_used_ratio_ = 0;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_WRITE_SESSION_H_
