// Which keys the file's data is sealed with, so that a missing one is noticed at the start and not
// at the first read.
#ifndef SERVER_EVENTS_SQLITE_SEALING_KEYS_H_
#define SERVER_EVENTS_SQLITE_SEALING_KEYS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/crypto/sealer.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// FAILED_PRECONDITION if something still kept is sealed with a key that `sealer` lacks, or whose id
// now stands for another key.
absl::Status CheckSealingKeys(Database& database, const crypto::Sealer& sealer,
                              absl::string_view log_id);

// Notes the key that seals from now on; what any other sealed ends here.
absl::Status RememberSealingKey(Database& database, const crypto::Sealer& sealer,
                                absl::string_view log_id);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SEALING_KEYS_H_
