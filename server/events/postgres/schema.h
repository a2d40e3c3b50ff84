// The tables, and whether they are ones that may be used.
//
// Errors are FAILED_PRECONDITION with a sentence for the operator who starts the gateway, or
// UNAVAILABLE from the server. All block.
#ifndef SERVER_EVENTS_POSTGRES_SCHEMA_H_
#define SERVER_EVENTS_POSTGRES_SCHEMA_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/events/clock_note.h"
#include "server/events/log_keys.h"
#include "server/events/place.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Each brings the schema one version further: the texts of schema/*.sql, in order.
const std::vector<std::string>& SchemaSteps();

// Where a log that is imported comes from.
struct LogOrigin {
  std::string log_id;  // 16 raw bytes.
  std::string key_check;
  Place trimmed;
};

struct SchemaOptions {
  // How many sequences a partition of a new log has.
  int64_t events_per_partition = 500'000;
  // Set by an import: new tables are that log's, and are refused to others until it ends.
  absl::optional<LogOrigin> import_of;
  // Takes a line for the operator.
  std::function<void(absl::string_view)> say;
};

// What was found, or made.
struct Schema {
  std::string log_id;  // 16 raw bytes.
  // This role owns the tables: it can migrate them, add partitions and remove what is due.
  bool is_owner = false;
  // Other keys than that which seals, which came before it and are not retired. The owner's.
  std::vector<int64_t> older_keys;
  // What the log's keeper noted last; read by the owner.
  absl::optional<ClockNote> clock_note;
};

// Begins a transaction in which no other process makes, adds or drops tables. Who waited for
// another sees from its next trip on what that did. No other statement takes this lock: an engine
// without such locks may then refuse what was done already.
absl::Status BeginAlone(Connection& connection);

// Makes the tables in a database that has none, migrates an older version's, where this role may;
// several processes may try at once. Refuses a newer version's and one of another look-up key.
absl::StatusOr<Schema> PrepareSchema(Connection& connection, const LogKeys& keys,
                                     const SchemaOptions& options,
                                     const std::vector<std::string>& steps = SchemaSteps());

// Adds partitions until `ahead` are free beyond the log's newest event. By the owner.
absl::Status AddPartitions(Connection& connection, int64_t events_per_partition, int ahead);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_SCHEMA_H_
