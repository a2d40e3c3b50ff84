// The log's reads, each over one connection to the primary.
//
// Nothing above `bounds.newest` is shown: it may be lost by a failover. What retention has removed
// is not shown either, although its rows may still be there. Errors: UNAVAILABLE from the engine,
// and what each names. All block.
#ifndef SERVER_EVENTS_POSTGRES_READS_H_
#define SERVER_EVENTS_POSTGRES_READS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/log_identity.h"
#include "server/events/place.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Where a read takes place.
struct ReadScope {
  Connection& connection;
  absl::Duration limit;  // Of each trip.
  const LogIdentity& log;
  // What is proven, and what is known to be trimmed; more may be trimmed by now.
  Place newest;
  Place trimmed;
};

// As EventLog::ReadAfter. OUT_OF_RANGE CURSOR_EXPIRED, DATA_LOSS LOG_DAMAGED.
absl::StatusOr<Page> ReadPage(ReadScope& scope, Position after, int limit,
                              const ::netzme::v1::UpgradeFilter& filter);
// As EventLog::Latest.
absl::StatusOr<absl::optional<Event>> ReadLatest(ReadScope& scope, const std::string& reference,
                                                 const std::string& account);
// As EventLog::WasRemoved.
absl::StatusOr<bool> ReadWasRemoved(ReadScope& scope, const std::string& reference,
                                    const std::string& account);
// As EventLog::List.
absl::StatusOr<ListPage> ReadList(ReadScope& scope, const ListQuery& query);
// As EventLog::Before.
absl::StatusOr<Position> ReadBefore(ReadScope& scope, absl::Time since);
// As EventLog::PositionFromText.
absl::StatusOr<Position> ReadCursor(ReadScope& scope, const std::string& text);

// The newest event with a sequence of at most `sequence`, or what was trimmed last.
absl::StatusOr<Place> PlaceAt(ReadScope& scope, int64_t sequence);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_READS_H_
