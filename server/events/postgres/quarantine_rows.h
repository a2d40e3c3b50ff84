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
#include "absl/types/optional.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/pq.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_rules.h"
#include "server/events/write_queue.h"

namespace kyc::events::postgres {

// The writes of one transaction to the quarantine. Lives while that is made, on the writer's
// thread. The log's head is locked meanwhile, so nobody else adds an entry.
class QuarantineWrites {
 public:
  // Of these requests; what is not the quarantine's is left alone.
  QuarantineWrites(std::vector<WriteRequest>& requests, const QuarantineLimits& limits)
      : requests_(requests), limits_(limits), use_(limits) {}

  bool empty() const;
  // Adds the questions to the trip that locks the head; none if it is empty.
  void Ask(const LogIdentity& log, Trip& trip);
  // Takes their answers, the first of which is answers[at].
  void Take(const std::vector<Rows>& answers, size_t at);
  // Adds what is to be written, and puts into the requests what they will be answered.
  void Write(const LogIdentity& log, absl::Time now, Trip& trip);
  // Of the statements that Write added, of which the first one is answers[at].
  void TakeWritten(const std::vector<Rows>& answers, size_t at);
  // After TakeWritten: how much of its share the fullest account uses.
  double used_ratio() const { return use_.UsedRatio(); }

 private:
  void WriteKeep(KeepRequest& request, const std::string& digest, const LogIdentity& log,
                 absl::Time now, Trip& trip);
  void WriteMark(MarkRequest& request, Trip& trip);
  // False: there is nothing that may go.
  bool MakeRoomForReply(Trip& trip);
  // Adds a statement that finds an entry, and the answer that waits for it (null: none does), which
  // becomes `missing` where there is not.
  void AddFinding(const Statement& statement, std::vector<Value> values, absl::Status* answer,
                  absl::Status missing, Trip& trip);
  // Adds a statement that nobody's answer waits for.
  void AddUnwatched(const Statement& statement, std::vector<Value> values, Trip& trip);

  std::vector<WriteRequest>& requests_;
  const QuarantineLimits& limits_;
  std::vector<std::string> digests_;  // Of the KeepRequests, in order.
  absl::flat_hash_set<std::string> there_;
  QuarantineUse use_;
  struct KeptReply {
    int64_t id = 0;
    QuarantineOwner owner;
    int64_t bytes = 0;
  };
  std::vector<KeptReply> replies_;  // Oldest first; asked for where some are to be kept.
  int64_t next_id_ = 0;
  struct Finding {
    absl::Status* answer = nullptr;
    absl::Status missing;
  };
  std::vector<Finding> finding_;  // One for each statement.
  bool frees_ = false;  // Of what entries held nobody knows: the use is asked again after them.
};

// How much of its share the fullest account uses, by a trip of its own.
absl::StatusOr<double> ReadUsedRatio(Connection& connection, absl::Duration limit,
                                     const QuarantineLimits& limits);
// Removes a bounded number of entries that arrived before `until`. How many. For the tables' owner.
absl::StatusOr<int64_t> RemoveAged(Connection& connection, absl::Duration limit, absl::Time until);

// As Quarantine says.
absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Connection& connection,
                                                             absl::Duration limit, int64_t after,
                                                             int count,
                                                             absl::optional<QuarantinedKind> kind);
absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Connection& connection, absl::Duration limit,
                                                    const LogIdentity& log, int64_t id);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_QUARANTINE_ROWS_H_
