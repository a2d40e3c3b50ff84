// The quarantine's table: what the writer does with it, and what readers ask.
#ifndef SERVER_EVENTS_SQLITE_QUARANTINE_ROWS_H_
#define SERVER_EVENTS_SQLITE_QUARANTINE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/log_keys.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_rules.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// What a schema 4 table lacks, see migrations.h.
inline constexpr char kQuarantineTo5[] = R"sql(
  ALTER TABLE quarantine ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE quarantine ADD COLUMN source BLOB NOT NULL DEFAULT x'';
  ALTER TABLE quarantine ADD COLUMN request_id BLOB NOT NULL DEFAULT x'';
  ALTER TABLE quarantine ADD COLUMN redriven_time_us INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE quarantine ADD COLUMN redriven_by BLOB NOT NULL DEFAULT x'';
  ALTER TABLE quarantine ADD COLUMN redriven_sequence INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX quarantine_by_owner ON quarantine (kind, account, source, redriven_time_us);
)sql";

// Used by the writer's thread. Ends before its database. After any error, or a transaction that was
// not committed, it must be made anew. The calls are made inside a transaction.
class QuarantineWriter {
 public:
  // Neither reference is owned.
  static absl::StatusOr<QuarantineWriter> Prepare(Database& database, const LogFile& file,
                                                  const QuarantineLimits& limits);

  // False: its owner has no room. A reply makes room by the oldest of whatever takes most of it.
  absl::StatusOr<bool> Keep(const BodyToKeep& body, absl::Time now);
  // False: there is no such entry. Removes what its owner's other share does not hold of those that
  // were redriven before.
  absl::StatusOr<bool> MarkRedriven(int64_t id, const Redriven& redriven);
  absl::StatusOr<bool> Discard(int64_t id);
  // Whether some of the oldest entries are too old; removes them, a bounded number, and says how
  // many. `now` is retention's.
  absl::StatusOr<bool> HasAged(absl::Time now);
  absl::StatusOr<int64_t> RemoveAged(absl::Time now);

  double used_ratio() const { return use_.UsedRatio(); }

 private:
  struct Statements {
    Statement count_again;
    Statement insert;
    Statement find;
    Statement mark;
    Statement bound_marked;
    Statement discard;
    Statement make_room;
    Statement find_aged;
    Statement remove_aged;
  };
  QuarantineWriter(Database& database, const LogFile& file, const QuarantineLimits& limits,
                   Statements statements);

  absl::Status CountUse();
  // False: there is nothing that may go.
  absl::StatusOr<bool> MakeRoomForReply();
  // Of `query`, which returns what it deletes. Whether there was a row.
  absl::StatusOr<bool> StepDeleted(Statement& query);

  Database* database_;
  const LogFile* file_;
  QuarantineLimits limits_;
  Statements statements_;
  QuarantineUse use_;
};

// As Quarantine says.
absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Database& database, int64_t after,
                                                             int limit,
                                                             absl::optional<QuarantinedKind> kind);
absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Database& database, const LogFile& file,
                                                    int64_t id);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_QUARANTINE_ROWS_H_
