// Judges, chains and lays out what is appended together. Pure but for the random ids of events.
//
// A batch is made before the log's head is locked: digests and sealing need nothing of it. Under
// the lock it is judged, which gives a plan. It may be judged again, on another connection, after
// an attempt that surely changed nothing.
#ifndef SERVER_EVENTS_POSTGRES_BATCH_H_
#define SERVER_EVENTS_POSTGRES_BATCH_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/event_row.h"
#include "server/events/judge.h"
#include "server/events/log_identity.h"
#include "server/events/new_event.h"
#include "server/events/place.h"
#include "server/events/postgres/values.h"

namespace kyc::events::postgres {

// A notification with all that does not depend on its place.
struct PreparedEvent {
  std::string event_id;
  EventDigests digests;
  SealedColumns sealed;
  int64_t anomalies = 0;
  ::netzme::v1::UpgradeStatus status = ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;
};

PreparedEvent Prepare(const ::netzme::v1::UpgradeEvent& notification, const LogIdentity& log);

// Whose events they are: the digests of reference and account.
using ReferenceKey = std::pair<std::string, std::string>;
using References = absl::flat_hash_map<ReferenceKey, ReferenceState>;
// A reference, and the content of one of its events.
using Contents = absl::flat_hash_set<std::pair<ReferenceKey, std::string>>;

// Which contents must be looked up among the older events of their references before the batch can
// be judged.
Contents OlderContentsToLookUp(const std::vector<PreparedEvent>& events,
                               const References& references);

// One event's row, with what its place gives it.
struct PlannedRow {
  const PreparedEvent* event = nullptr;
  Place place;
  int64_t revision = 0;
  ::netzme::v1::UpgradeStatus previous_status = ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;
  int64_t anomalies = 0;
  bool restricted = false;
};

struct Plan {
  std::vector<Appended> answers;  // One for each event of the batch, in order.
  std::vector<PlannedRow> rows;   // Point into the batch.
  Place newest;                   // The log's, after this.
  int repeats = 0;
};

// `head` is the log's newest event, `references` those of the batch that exist, `older` what was
// found of OlderContentsToLookUp.
Plan Judge(const std::vector<PreparedEvent>& events, const Place& head,
           const References& references, const Contents& older, absl::Time now);

// For append_rows.cc's statements.
std::vector<Value> EventValues(const Plan& plan);
// Each reference once, as its last event leaves it.
std::vector<Value> ReferenceValues(const Plan& plan);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_BATCH_H_
