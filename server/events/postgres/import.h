// Moves a log from SQLite into PostgreSQL, as it is: id, sequences, chain, revisions, sealed
// columns and quarantine, so that every cursor stays good.
#ifndef SERVER_EVENTS_POSTGRES_IMPORT_H_
#define SERVER_EVENTS_POSTGRES_IMPORT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/secret.h"
#include "server/events/postgres/proof.h"
#include "server/events/postgres/servers.h"

namespace kyc::events::postgres {

struct ImportOptions {
  std::string sqlite_path;
  // Of the role that owns the tables, or will.
  ServersOptions servers;
  Durability durability;
  Secret lookup_key;  // 32 bytes; the SQLite log's.
  int64_t events_per_partition = 500'000;
  // Events of one transaction.
  int step = 5'000;
  // Takes lines about how far it is.
  std::function<void(absl::string_view)> say;
  absl::Duration say_interval = absl::Seconds(2);
};

// Blocks until all is there and was read again from there. No gateway may run over either log
// meanwhile: none can over the SQLite file, and one refuses a database whose import has not ended.
// Where it is broken off it goes on from there when it is called again. Errors are for the
// operator: FAILED_PRECONDITION when one of the logs is not one that may be used for this.
absl::Status Import(const ImportOptions& options);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_IMPORT_H_
