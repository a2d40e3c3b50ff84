// The tables of what was used: what the writer adds to its trips, and what is read and removed.
#ifndef SERVER_EVENTS_POSTGRES_USAGE_ROWS_H_
#define SERVER_EVENTS_POSTGRES_USAGE_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/postgres/pq.h"
#include "server/events/usage.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// The batches of counts of one transaction. Lives while that is made, on the writer's thread, under
// the lock of the log's head.
class UsageWrites {
 public:
  // Of these requests; others are left alone.
  explicit UsageWrites(std::vector<WriteRequest>& requests);

  bool empty() const { return requests_.empty(); }
  // Adds the question to a trip under the lock, whether this role may count; only if not empty.
  void Ask(Trip& trip) const;
  // If it may not, the requests will be answered with that, and what shares the transaction is not
  // lost with them.
  void Take(const Rows& answer);
  // Adds what is to be written, as Usage::AddUsage says. `run_id` is this process's.
  void Write(absl::string_view run_id, Trip& trip) const;

 private:
  std::vector<UsageRequest*> requests_;
  bool may_ = false;
};

// As Usage::ListUsage. Blocks.
absl::StatusOr<std::vector<UsageCount>> ReadUsage(Connection& connection, absl::Duration limit,
                                                  const UsageQuery& query);
// Removes the oldest day if it is older. How many rows. By the owner.
absl::StatusOr<int64_t> TrimUsage(Connection& connection, absl::Duration limit, absl::Time before);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_USAGE_ROWS_H_
