// The log's reads, each over one connection and one state of the file.
//
// Errors: UNAVAILABLE from the engine, and what each names. All block.
#ifndef SERVER_EVENTS_SQLITE_READS_H_
#define SERVER_EVENTS_SQLITE_READS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/event_row.h"
#include "server/events/read_bounds.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// As EventLog::ReadAfter. OUT_OF_RANGE CURSOR_EXPIRED; DATA_LOSS LOG_DAMAGED.
absl::StatusOr<Page> ReadPage(Database& database, const LogFile& file, Position after, int limit,
                              const ::netzme::v1::UpgradeFilter& filter);
// As EventLog::Latest.
absl::StatusOr<absl::optional<Event>> ReadLatest(Database& database, const LogFile& file,
                                                 const std::string& reference,
                                                 const std::string& account);
// As EventLog::WasRemoved.
absl::StatusOr<bool> ReadWasRemoved(Database& database, const LogFile& file,
                                    const std::string& reference, const std::string& account);
// As EventLog::List.
absl::StatusOr<ListPage> ReadList(Database& database, const LogFile& file, const ListQuery& query);
// As EventLog::Before.
absl::StatusOr<Position> ReadBefore(Database& database, absl::Time since);
// As EventLog::PositionFromText.
absl::StatusOr<Position> ReadCursor(Database& database, const LogFile& file,
                                    const std::string& text);

// Whether all events after `after` up to `through` are there and follow each other: OK, or
// DATA_LOSS LOG_DAMAGED.
absl::Status CheckChain(Database& database, int64_t after, int64_t through);

// The columns that RowOf reads, in its order, and the row that a query of them stands at.
inline constexpr char kEventColumns[] =
    "sequence, event_id, received_time_us, revision, previous_status, status, anomalies, "
    "content_digest, chain, sealed_fields, sealed_raw_body, restricted";
EventRow RowOf(const Statement& query);

// The SQL that they run over many events, for a test of its plans.
std::string PageSql(const ::netzme::v1::UpgradeFilter& filter);
std::string ListSql(const ListQuery& query);
std::string LatestSql();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_READS_H_
