// The table of calls' keys: what the writer adds to its trips, and what retention and erasure do.
#ifndef SERVER_EVENTS_POSTGRES_CALL_KEY_ROWS_H_
#define SERVER_EVENTS_POSTGRES_CALL_KEY_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/postgres/call_key_plan.h"
#include "server/events/postgres/pq.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// The claims and ends of one transaction. Lives while that is made, on the writer's thread. The
// log's head is locked meanwhile, so nobody else claims or settles.
class CallKeyWrites {
 public:
  // Of these requests; what is not the keys' is left alone.
  explicit CallKeyWrites(std::vector<WriteRequest>& requests);

  bool empty() const { return asked_.empty(); }
  // Adds the question to a trip under the lock; may be asked again. Only if not empty.
  void Ask(Trip& trip) const;
  void Take(const Rows& answer);
  // Puts into the requests what they will be answered.
  void Judge(absl::string_view run_id, absl::Duration lived);
  bool changes() const { return !plan_.changed.empty(); }
  // Where Write moves the key clock.
  absl::Duration lived() const { return lived_; }
  // Adds what is to be written.
  void Write(Trip& trip) const;

 private:
  std::vector<WriteRequest>& requests_;
  const std::vector<absl::string_view> asked_;  // The requests'.
  StoredKeys there_;
  CallKeyPlan plan_;
  absl::Duration lived_;
};

// How many keys a step of retention removes at most.
inline constexpr int64_t kKeysPerStep = 1000;

// Notes how far the key clock is, while there is a key. By the tables' owner.
absl::Status NoteLived(Connection& connection, absl::Duration limit, absl::Duration lived);
// Removes at most kKeysPerStep that were claimed before. How many. By the tables' owner.
absl::StatusOr<int64_t> RemoveAgedKeys(Connection& connection, absl::Duration limit,
                                       absl::Duration before);

// Erases the answers of at most `count` keys of a subject, and what could tell whose they were;
// they stay lost. How many. Within the writer's transaction.
absl::StatusOr<int64_t> EraseAnswers(Connection& connection, absl::Duration limit,
                                     absl::string_view subject, int64_t count);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_CALL_KEY_ROWS_H_
