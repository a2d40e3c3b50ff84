#include "server/events/postgres/event_rows.h"

#include <utility>

namespace kyc::events::postgres {

EventRow EventRowIn(const Rows& rows, int row) {
  return {.sequence = rows.Integer(row, 0),
          .event_id = rows.Bytes(row, 1),
          .received_time_us = rows.Integer(row, 2),
          .revision = rows.Integer(row, 3),
          .previous_status = rows.Integer(row, 4),
          .status = rows.Integer(row, 5),
          .anomalies = rows.Integer(row, 6),
          .content_digest = rows.Bytes(row, 7),
          .chain = rows.Bytes(row, 8),
          .sealed_fields = rows.Bytes(row, 9),
          .sealed_raw_body = rows.Bytes(row, 10),
          .restricted = rows.Integer(row, 11) != 0};
}

absl::StatusOr<std::vector<Event>> EventsIn(const Rows& rows, const LogIdentity& log,
                                            ChainCheck* chain) {
  std::vector<Event> events;
  events.reserve(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    const EventRow columns = EventRowIn(rows, row);
    if (chain != nullptr) {
      if (absl::Status follows = chain->Follow(columns); !follows.ok()) return follows;
    }
    absl::StatusOr<Event> event = EventFromRow(columns, log);
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace kyc::events::postgres
