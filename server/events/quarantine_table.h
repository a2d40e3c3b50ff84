// The quarantine's table: what the writer does with it, and what readers ask.
#ifndef SERVER_EVENTS_QUARANTINE_TABLE_H_
#define SERVER_EVENTS_QUARANTINE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/log_file.h"
#include "server/events/quarantine.h"
#include "server/events/sqlite.h"

namespace kyc::events {

struct QuarantineLimits {
  int64_t max_entries = 10'000;
  int64_t max_bytes = 64 << 20;
};

// Used by the writer's thread. Ends before its database. After any error, or a transaction that was
// not committed, it must be made anew. The calls are made inside a transaction.
class QuarantineWriter {
 public:
  // Neither reference is owned.
  static absl::StatusOr<QuarantineWriter> Prepare(Database& database, const LogFile& file,
                                                  QuarantineLimits limits);

  // False: it is full.
  absl::StatusOr<bool> Keep(absl::string_view body, absl::string_view answer,
                            absl::string_view account, absl::Time now);
  // False: there is no such entry.
  absl::StatusOr<bool> Discard(int64_t id);

 private:
  QuarantineWriter(Database& database, const LogFile& file, QuarantineLimits limits,
                   Statement count_again, Statement insert, Statement discard);

  Database* database_;
  const LogFile* file_;
  QuarantineLimits limits_;
  Statement count_again_;
  Statement insert_;
  Statement discard_;
  int64_t entries_ = 0;
  int64_t bytes_ = 0;
};

// The final caller errors.
absl::Status QuarantineFull();
absl::Status QuarantinedNotFound();

// As Quarantine says.
absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Database& database, int64_t after,
                                                             int limit);
absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Database& database, const LogFile& file,
                                                    int64_t id);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_QUARANTINE_TABLE_H_
