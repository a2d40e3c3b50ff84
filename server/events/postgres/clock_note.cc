#include "server/events/postgres/clock_note.h"

#include <string>
#include <vector>

namespace kyc::events::postgres {
namespace {

constexpr Statement kRead = {"clock_note", "SELECT boot_id, wall_offset_us, aged_to_us FROM clock"};
constexpr Statement kWrite = {
    "note_clock",
    "INSERT INTO clock VALUES (1, $1::bytea, $2::bigint, $3::bigint) ON CONFLICT (one) DO UPDATE "
    "SET boot_id = EXCLUDED.boot_id, wall_offset_us = EXCLUDED.wall_offset_us, "
    "aged_to_us = EXCLUDED.aged_to_us"};

}  // namespace

absl::StatusOr<absl::optional<ClockNote>> ReadClockNote(Connection& connection,
                                                        absl::Duration limit) {
  Trip trip;
  trip.Add(kRead);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  if (rows.size() == 0) return absl::optional<ClockNote>();
  return absl::make_optional(ClockNote{std::string(rows.Bytes(0, 0)),
                                       absl::Microseconds(rows.Integer(0, 1)),
                                       absl::FromUnixMicros(rows.Integer(0, 2))});
}

absl::Status WriteClockNote(Connection& connection, absl::Duration limit, const ClockNote& note) {
  Trip trip;
  trip.Add(kWrite,
           {Value::Bytes(note.boot_id), Value::Integer(absl::ToInt64Microseconds(note.offset)),
            Value::Integer(absl::ToUnixMicros(note.aged_to))});
  return connection.Run(trip, limit).status();
}

}  // namespace kyc::events::postgres
