// Which keys the file's data is sealed with, so that a missing one is noticed at the start and not
// at the first read.
#ifndef SERVER_EVENTS_SQLITE_SEALING_KEYS_H_
#define SERVER_EVENTS_SQLITE_SEALING_KEYS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/crypto/sealer.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// FAILED_PRECONDITION if something still kept is sealed with a key that `sealer` lacks, or whose id
// now stands for another key; or if the key that seals was retired.
absl::Status CheckSealingKeys(Database& database, const crypto::Sealer& sealer,
                              absl::string_view log_id);

// The same for calls' answers and the audit log's purposes, which no sequence tells of: both are
// looked through for each key that is missing. In a file of the newest schema.
absl::Status CheckKeysBesideEvents(Database& database, const crypto::Sealer& sealer,
                                   absl::string_view log_id);

// Notes the key that seals from now on; what any other sealed ends here.
absl::Status RememberSealingKey(Database& database, const crypto::Sealer& sealer,
                                absl::string_view log_id);

// The ids of other keys than that which seals, of which something may be left.
absl::StatusOr<std::vector<int64_t>> OlderSealingKeys(Database& database,
                                                      const crypto::Sealer& sealer);

// Nothing is sealed with another key than that which seals: the others are not to be used again.
absl::Status RetireSealingKeys(Database& database, const crypto::Sealer& sealer);
// Has `sealer` open nothing with those that were retired, and tells of them.
absl::Status ForgetRetiredKeys(Database& database, crypto::Sealer& sealer,
                               const std::function<void(absl::string_view)>& say);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SEALING_KEYS_H_
