#include "server/events/sqlite/clock_note.h"

#include <string>

namespace kyc::events {

absl::StatusOr<absl::optional<ClockNote>> ReadClockNote(Database& database) {
  absl::StatusOr<Statement> query =
      database.Prepare("SELECT boot_id, wall_offset_us, aged_to_us FROM log WHERE aged_to_us <> 0");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::optional<ClockNote>();
  return absl::make_optional(ClockNote{std::string(query->Bytes(0)),
                                       absl::Microseconds(query->Integer(1)),
                                       absl::FromUnixMicros(query->Integer(2))});
}

absl::Status WriteClockNote(Database& database, const ClockNote& note) {
  absl::StatusOr<Statement> write =
      database.Prepare("UPDATE log SET boot_id = ?, wall_offset_us = ?, aged_to_us = ?");
  if (!write.ok()) return write.status();
  write->Bind(note.boot_id)
      .Bind(absl::ToInt64Microseconds(note.offset))
      .Bind(absl::ToUnixMicros(note.aged_to));
  return write->Run();
}

}  // namespace kyc::events
