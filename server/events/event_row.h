// An event and its row: what stands in clear, what is sealed, and how it comes back.
#ifndef SERVER_EVENTS_EVENT_ROW_H_
#define SERVER_EVENTS_EVENT_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/log_file.h"
#include "server/events/sqlite.h"

namespace kyc::events {

inline constexpr size_t kEventIdBytes = 16;

// The columns that EventFromRow reads, in its order.
inline constexpr char kEventColumns[] =
    "sequence, event_id, received_time_us, revision, previous_status, status, type, anomalies, "
    "chain, sealed_fields, sealed_raw_body";

// The text of 16 random bytes (a UUID of version 4; six of the bits are given).
std::string EventIdText(absl::string_view event_id);

// A bit per anomaly; an event's anomalies are kept in their numbers' order, each once.
int64_t AnomalyBits(const ::netzme::v1::UpgradeEvent& event);
void SetAnomalies(int64_t bits, ::netzme::v1::UpgradeEvent& event);

// What of an event only its holder of keys may read. Bound to the log, the event and the column.
struct SealedColumns {
  std::string fields;  // Everything but raw_body and what has a column of its own.
  std::string raw_body;
};
SealedColumns SealEvent(const ::netzme::v1::UpgradeEvent& event, absl::string_view event_id,
                        const LogFile& file);

// UNAVAILABLE LOG_UNAVAILABLE when the row cannot be opened: altered, or its key is gone.
absl::StatusOr<Event> EventFromRow(const Statement& row, const LogFile& file);

// The final caller error of a sealed text that cannot be opened.
absl::Status CannotBeOpened();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_EVENT_ROW_H_
