// The tables, and whether a file is one that may be used.
//
// Errors are FAILED_PRECONDITION with a sentence for the operator who starts the gateway, or the
// database's own.
#ifndef SERVER_EVENTS_SCHEMA_H_
#define SERVER_EVENTS_SCHEMA_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/crypto/sealer.h"
#include "server/events/log_keys.h"
#include "server/events/sqlite.h"

namespace kyc::events {

inline constexpr int kSchemaVersion = 1;

// Makes the tables in a new file; refuses another application's file, a newer version's, one of
// another look-up key, and one that holds data sealed with a key that is not given. Changes nothing
// in a file that it refuses. Remembers which key seals from now on. Returns the log id: 16 raw
// bytes, made with the file.
absl::StatusOr<std::string> PrepareSchema(Database& database, const LogKeys& keys,
                                          const crypto::Sealer& sealer);

// The log id of a file that PrepareSchema has accepted before.
absl::StatusOr<std::string> LogIdOf(Database& database);

// Whether the file is sound. SQLite's own check reads every page, so it is made up to 64 MiB of
// file (some tenths of a second); beyond, and also, the chain of the newest 1,000 events is
// computed anew, which finds what a crash or a wrong copy would have torn.
absl::Status CheckIntegrity(Database& database);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SCHEMA_H_
