// The table of calls' keys: what the writer does with it.
#ifndef SERVER_EVENTS_SQLITE_CALL_KEY_ROWS_H_
#define SERVER_EVENTS_SQLITE_CALL_KEY_ROWS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/call_keys.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// What a schema 6 file lacks, see migrations.h; and a new one has.
//
// Rows are added in the order of time, so that the oldest are found without an index. Times are the
// lived clock's, as is log.lived_us, a lower bound of it. A content's digest is empty once it is
// erased, a subject's is null then.
inline constexpr char kCallKeyTable[] = R"sql(
  CREATE TABLE call_key (
    id INTEGER PRIMARY KEY,
    key_digest BLOB NOT NULL,
    content_digest BLOB NOT NULL,
    subject_digest BLOB,
    state INTEGER NOT NULL,
    run_id BLOB NOT NULL,
    claimed_us INTEGER NOT NULL,
    sealed_answer BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX call_key_by_key ON call_key (key_digest);
  CREATE INDEX call_key_by_subject ON call_key (subject_digest) WHERE subject_digest IS NOT NULL;
  ALTER TABLE log ADD COLUMN lived_us INTEGER NOT NULL DEFAULT 0;
)sql";

// The keys that one step removes at most.
inline constexpr int kKeysPerStep = 256;

// Used by the writer's thread. Ends before its database. After any error, or a transaction that was
// not committed, it must be made anew. The calls are made inside a transaction, but for HasAged.
class CallKeyRows {
 public:
  // `run_id` is this process's.
  static absl::StatusOr<CallKeyRows> Prepare(Database& database, std::string run_id);

  // As CallKeys. The answer is as it was sealed.
  absl::StatusOr<KeyClaim> Claim(const CallKey& key, absl::Duration lived);
  absl::Status Settle(const CallKey& key, const KeyEnd& end);

  // Whether there is something to remove, or to note of the time.
  absl::StatusOr<bool> HasAged(absl::Duration lived, absl::Duration retention);
  // Removes some that were claimed before; how many. Notes the time.
  absl::StatusOr<int64_t> RemoveAged(absl::Duration lived, absl::Duration retention);

 private:
  struct Statements {
    Statement find;
    Statement claim;
    Statement answer;
    Statement lose;
    Statement release;
    Statement oldest;
    Statement remove;
    Statement note;
  };
  // What the row is, which is there.
  absl::StatusOr<KeyClaim> Find(const CallKey& key);

  CallKeyRows(Database& database, std::string run_id, Statements statements)
      : database_(&database), run_id_(std::move(run_id)), statements_(std::move(statements)) {}

  Database* database_;
  std::string run_id_;
  Statements statements_;
  absl::Duration noted_ = absl::ZeroDuration();
};

// How long the log's processes have run, as far as the file tells.
absl::StatusOr<absl::Duration> ReadLived(Database& database);

// Erases the answers of at most `limit` keys of a subject, and what could tell whose they were;
// they stay lost. How many.
absl::StatusOr<int64_t> EraseAnswers(Database& database, absl::string_view subject, int64_t limit);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_CALL_KEY_ROWS_H_
