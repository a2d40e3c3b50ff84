#include "server/events/sqlite/places.h"

#include <limits>

namespace kyc::events {
absl::StatusOr<Place> TrimmedThrough(Database& database) {
  absl::StatusOr<Statement> query =
      database.Prepare("SELECT trimmed_sequence, trimmed_chain, trimmed_time_us FROM log");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Step();
  if (!row.ok()) return row.status();
  if (!*row) return Place();
  return Place{query->Integer(0), std::string(query->Bytes(1)), query->Integer(2)};
}

absl::StatusOr<Place> PlaceAt(Database& database, int64_t sequence) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT sequence, chain, received_time_us FROM event WHERE sequence <= ? "
      "ORDER BY sequence DESC LIMIT 1");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(sequence).Step();
  if (!row.ok()) return row.status();
  if (!*row) return TrimmedThrough(database);
  return Place{query->Integer(0), std::string(query->Bytes(1)), query->Integer(2)};
}

absl::StatusOr<Place> NewestPlace(Database& database) {
  return PlaceAt(database, std::numeric_limits<int64_t>::max());
}

absl::StatusOr<Place> PlaceBefore(Database& database, int64_t time_us) {
  const absl::StatusOr<Place> trimmed = TrimmedThrough(database);
  if (!trimmed.ok()) return trimmed.status();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  // Every event up to `before` came before, every one from `not_before` on did not.
  int64_t before = trimmed->sequence;
  int64_t not_before = newest->sequence + 1;
  while (before + 1 < not_before) {
    const int64_t middle = before + (not_before - before) / 2;
    const absl::StatusOr<Place> place = PlaceAt(database, middle);
    if (!place.ok()) return place.status();
    if (place->sequence <= before || place->received_time_us < time_us) {
      before = middle;
    } else {
      not_before = place->sequence;
    }
  }
  return PlaceAt(database, before);
}

absl::StatusOr<Ends> EndsOf(Database& database) {
  const absl::StatusOr<Place> oldest = TrimmedThrough(database);
  if (!oldest.ok()) return oldest.status();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  return Ends{.oldest = PositionOf(*oldest), .newest = PositionOf(*newest)};
}

}  // namespace kyc::events
