// A copy of a log's file while it is used.
#ifndef SERVER_EVENTS_SQLITE_BACKUP_H_
#define SERVER_EVENTS_SQLITE_BACKUP_H_

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "server/events/event_log.h"

namespace kyc::events {

// As EventLog::BackUp, of the log at `from`: by its own gateway or by any other process. Reads one
// moment's state throughout, at most about 200 MB/s; meanwhile the write-ahead log only grows. The
// copy is checked as a whole, synced, and only then gets its name; until then it is `to` with
// ".unfinished" behind, which a later attempt takes over. Blocks.
absl::StatusOr<BackedUp> BackUp(const std::string& from, const std::string& to,
                                std::stop_token stop = {});

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_BACKUP_H_
