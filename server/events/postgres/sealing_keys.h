// Which keys the log is sealed with, by all processes that share it, and what becomes of one that
// is replaced: it seals; nothing may be sealed with it any more (it is closed); nothing is (it is
// retired, and refused). All block; by each connection's role.
#ifndef SERVER_EVENTS_POSTGRES_SEALING_KEYS_H_
#define SERVER_EVENTS_POSTGRES_SEALING_KEYS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/crypto/sealer.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Notes the key that seals from now on. FAILED_PRECONDITION for the operator when that was closed,
// or when something still kept was sealed with a key that is not given, or whose id now stands for
// another key. `may_read`: this role sees the sealed columns, else only its own key is compared.
// With those that were retired `sealer` opens nothing any more, and `say` is told so.
absl::Status CheckSealingKeys(Connection& connection, crypto::Sealer& sealer,
                              absl::string_view log_id, bool may_read,
                              const std::function<void(absl::string_view)>& say);

// The application_name of a session that seals with this key: by it others know that it is used.
std::string WriterName(int64_t key);
// Within a transaction that holds the head's lock: whether anything may be sealed with it.
absl::StatusOr<bool> MaySeal(Connection& connection, absl::Duration limit, int64_t key);

// Those that were noted before this one and are not retired, in order of their ids. A key that came
// later is none of them: so of two processes in the middle of a change one closes the other's.
absl::StatusOr<std::vector<int64_t>> OlderSealingKeys(Connection& connection, absl::Duration limit,
                                                      int64_t key);
// From when this says true, nothing is sealed with one of them. False: a session is open that may.
absl::StatusOr<bool> CloseOlderKeys(Connection& connection, absl::Duration limit, int64_t key);
// Nothing is sealed with those that are closed. False: one of them is not.
absl::StatusOr<bool> RetireOlderKeys(Connection& connection, absl::Duration limit, int64_t key);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_SEALING_KEYS_H_
