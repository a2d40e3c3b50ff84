// What a batch makes of calls' keys. Pure.
#ifndef SERVER_EVENTS_POSTGRES_CALL_KEY_PLAN_H_
#define SERVER_EVENTS_POSTGRES_CALL_KEY_PLAN_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/call_keys.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// A key as it is stored. Times are the key clock's.
struct StoredKey {
  KeyRow row;
  std::string subject;  // Empty once erased.
  absl::Duration claimed;
  absl::Duration lease;  // Until then its process may bring its answer.
  std::string sealed_answer;
};

// By their digests.
using StoredKeys = absl::flat_hash_map<std::string, StoredKey>;

struct CallKeyPlan {
  StoredKeys keys;                           // As they are then.
  absl::flat_hash_set<std::string> changed;  // Of those that are not there any more, too.
};

// The digests of the keys that the requests are about.
std::vector<absl::string_view> KeysOf(const std::vector<WriteRequest>& requests);

// `keys` are those that are there, under the log's lock. Puts the claims' answers, still sealed,
// into the requests. Who finds a key whose process brings no answer any more makes it lost: what
// comes from that process later is too late, so no two repeats are told differently.
CallKeyPlan PlanKeys(StoredKeys keys, absl::string_view run_id, absl::Duration lived,
                     std::vector<WriteRequest>& requests);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_CALL_KEY_PLAN_H_
