// The SQLite log that is moved into PostgreSQL.
#ifndef SERVER_EVENTS_POSTGRES_IMPORT_SOURCE_H_
#define SERVER_EVENTS_POSTGRES_IMPORT_SOURCE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/call/secret.h"
#include "server/events/chain_check.h"
#include "server/events/place.h"
#include "server/events/postgres/pq.h"
#include "server/events/postgres/schema.h"
#include "server/events/postgres/values.h"
#include "server/events/sqlite/file_lock.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events::postgres {

// Some events, for event_rows.h's kInsertEvents.
struct ImportedEvents {
  int count = 0;
  Place last;
  std::vector<Value> values;
};

// One thread. While it lives no gateway runs over the file.
class ImportSource {
 public:
  // FAILED_PRECONDITION when it is not a log of this key and of this version's schema.
  static absl::StatusOr<ImportSource> Open(const std::string& path, const Secret& lookup_key);

  const LogOrigin& origin() const { return origin_; }
  const Place& newest() const { return newest_; }
  // The place just after an event, or what was trimmed last.
  absl::StatusOr<Place> At(int64_t sequence);
  // At most `limit` events after this one, which follow each other.
  absl::StatusOr<ImportedEvents> EventsAfter(const Place& after, int limit, ChainCheck& chain);
  // All other tables, by trips of which each may be run twice.
  absl::Status CopyTables(const std::function<absl::Status(Trip)>& run);

 private:
  ImportSource(FileLock lock, Database database, LogOrigin origin, Place newest)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        origin_(std::move(origin)),
        newest_(std::move(newest)) {}

  // Rows of a query as trips of one statement each.
  absl::Status CopyTable(absl::string_view select, absl::string_view insert,
                         const std::string& columns, const std::function<absl::Status(Trip)>& run);

  FileLock lock_;
  Database database_;
  LogOrigin origin_;
  Place newest_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_IMPORT_SOURCE_H_
