// What retention does to the tables, step by step; by the owner's role.
//
// Where the log begins is a place in its row: what lies before is no longer shown from the moment
// that moves. The rows go with their whole partition, some time later.
#ifndef SERVER_EVENTS_POSTGRES_TRIMMING_H_
#define SERVER_EVENTS_POSTGRES_TRIMMING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/postgres/reads.h"
#include "server/events/retention.h"

namespace kyc::events::postgres {

// The newest event that is due to be removed now; at most the newest removed one when none is.
absl::StatusOr<int64_t> DueThrough(ReadScope& scope, const Retention& retention, absl::Time now);

// Tells all gateways that events up to this go soon.
absl::Status AnnounceTrimming(Connection& connection, int64_t through);
// Makes the log begin after this event. How many it then shows less; 0 if another process did it.
absl::StatusOr<int64_t> MoveBeginning(ReadScope& scope, int64_t through);
// Drops the partitions that lie before `through`; returns how many.
absl::StatusOr<int> DropPartitions(Connection& connection, int64_t through);

struct TrimmedReferences {
  std::string next;  // Where to go on; empty: at the beginning.
  int64_t removed = 0;
};
// Looks at some references, those after `after`, and removes those that nothing has changed since
// `before` and whose events have gone.
absl::StatusOr<TrimmedReferences> TrimReferences(Connection& connection, const std::string& after,
                                                 absl::Time before);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TRIMMING_H_
