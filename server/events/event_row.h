// An event and its row: what stands in clear, what is sealed, and how it comes back. Every engine
// keeps the same columns.
#ifndef SERVER_EVENTS_EVENT_ROW_H_
#define SERVER_EVENTS_EVENT_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/log_identity.h"

namespace kyc::events {

inline constexpr size_t kEventIdBytes = 16;

// A row as an engine has it; its bytes are the engine's. Digests by which events are found are not
// read back: they are log_keys.h's.
struct EventRow {
  int64_t sequence = 0;
  absl::string_view event_id;
  int64_t received_time_us = 0;
  int64_t revision = 0;
  int64_t previous_status = 0;
  int64_t status = 0;
  int64_t anomalies = 0;
  absl::string_view content_digest;
  absl::string_view chain;
  absl::string_view sealed_fields;
  absl::string_view sealed_raw_body;
  bool restricted = false;
};

// The text of 16 random bytes (a UUID of version 4; six of the bits are given).
std::string EventIdText(absl::string_view event_id);

// A bit per anomaly; an event's anomalies are kept in their numbers' order, each once.
int64_t AnomalyBits(const ::netzme::v1::UpgradeEvent& event);
void SetAnomalies(int64_t bits, ::netzme::v1::UpgradeEvent& event);

// What of an event only its holder of keys may read. Bound to the log, the event and the column.
struct SealedColumns {
  std::string fields;  // Everything but raw_body and what the chain binds.
  std::string raw_body;
};
SealedColumns SealEvent(const ::netzme::v1::UpgradeEvent& event, absl::string_view event_id,
                        const LogIdentity& log);
// The event of those columns, without what the chain binds. FAILED_PRECONDITION: its key is not
// here; DATA_LOSS: altered.
absl::StatusOr<::netzme::v1::UpgradeEvent> OpenSealed(absl::string_view event_id,
                                                      absl::string_view sealed_fields,
                                                      absl::string_view sealed_raw_body,
                                                      const LogIdentity& log);

// As CannotBeOpened when it cannot; DATA_LOSS LOG_DAMAGED where a clear column is not what was
// sealed. What is restricted shows nothing personal.
absl::StatusOr<Event> EventFromRow(const EventRow& row, const LogIdentity& log);

// Hides what is personal in an event that is restricted.
void HideRestricted(::netzme::v1::UpgradeEvent& event);

// The same texts under the key that seals now. Errors as of RecordSealer::Open.
absl::StatusOr<SealedColumns> SealAgain(const EventRow& row, const LogIdentity& log);

// The final caller error of a sealed text that Open failed on: UNAVAILABLE LOG_UNAVAILABLE when its
// key is not here, DATA_LOSS LOG_DAMAGED when it was altered.
absl::Status CannotBeOpened(const absl::Status& failure);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_EVENT_ROW_H_
