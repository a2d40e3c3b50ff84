// The quarantine's rows: what the writer adds to its trips, and what readers ask.
#ifndef SERVER_EVENTS_POSTGRES_QUARANTINE_ROWS_H_
#define SERVER_EVENTS_POSTGRES_QUARANTINE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_table.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// The writes of one transaction to the quarantine. Lives while that is made, on the writer's
// thread. The log's head is locked meanwhile, so nobody else adds an entry.
class QuarantineWrites {
 public:
  // Of these requests; what is not the quarantine's is left alone.
  explicit QuarantineWrites(std::vector<WriteRequest>& requests) : requests_(requests) {}

  bool empty() const;
  // Adds the questions to the trip that locks the head; none if it is empty.
  void Ask(const LogIdentity& log, Trip& trip);
  // Takes their answers, the first of which is answers[at].
  void Take(const std::vector<Rows>& answers, size_t at);
  // Adds what is to be written, and puts into the requests what they will be answered.
  void Write(const LogIdentity& log, QuarantineLimits limits, absl::Time now, Trip& trip);
  // Of the statements that Write added, of which the first one is answers[at].
  void TakeWritten(const std::vector<Rows>& answers, size_t at);

 private:
  void WriteKeep(KeepRequest& request, const std::string& digest, const LogIdentity& log,
                 QuarantineLimits limits, absl::Time now, Trip& trip);

  std::vector<WriteRequest>& requests_;
  std::vector<std::string> digests_;  // Of the KeepRequests, in order.
  absl::flat_hash_set<std::string> there_;
  int64_t entries_ = 0;
  int64_t bytes_ = 0;
  int64_t next_id_ = 0;
  std::vector<DiscardRequest*> discarding_;  // One for each statement; null: another's.
};

// As Quarantine says.
absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Connection& connection,
                                                             absl::Duration limit, int64_t after,
                                                             int count);
absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Connection& connection, absl::Duration limit,
                                                    const LogIdentity& log, int64_t id);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_QUARANTINE_ROWS_H_
