#include "server/events/postgres/trimming.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/events/postgres/schema.h"
#include "server/events/read_bounds.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(5);
// So few that no step is felt by who appends.
constexpr int kReferencesPerStep = 5000;

// The oldest partition all of whose events are removed, up to `through`: its first sequence.
absl::StatusOr<absl::optional<int64_t>> DuePartition(Connection& connection, int64_t through) {
  Trip look;
  look.Add(
      "SELECT min(first_sequence) FROM event_partition WHERE end_sequence <= $1::bigint + 1 AND "
      "end_sequence <= (SELECT trimmed_sequence FROM log) + 1",
      {Value::Integer(through)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(look, kTripLimit);
  if (!answers.ok()) return answers.status();
  if (answers->front().IsNull(0, 0)) return absl::optional<int64_t>();
  return absl::make_optional(answers->front().Integer(0, 0));
}

}  // namespace

// Times never run backwards, so what is due by age is the oldest, as is what is due by count.
absl::StatusOr<int64_t> DueThrough(ReadScope& scope, const Retention& retention, absl::Time now) {
  const int64_t by_count = scope.newest.sequence - retention.count;
  // Nearly always nothing is due: a look at the oldest event tells.
  const absl::StatusOr<Place> oldest = PlaceAt(scope, scope.trimmed.sequence + 1);
  if (!oldest.ok()) return oldest.status();
  if (oldest->received_time_us >= MicrosNotBefore(now - retention.age)) {
    return std::max(by_count, scope.trimmed.sequence);
  }
  const absl::StatusOr<Position> by_age = ReadBefore(scope, now - retention.age);
  if (!by_age.ok()) return by_age.status();
  return std::max(by_age->sequence, by_count);
}

absl::Status AnnounceTrimming(Connection& connection, int64_t through) {
  Trip trip;
  trip.Add("UPDATE log SET due_sequence = $1::bigint WHERE due_sequence < $1::bigint",
           {Value::Integer(through)});
  return connection.Run(trip, kTripLimit).status();
}

absl::StatusOr<int64_t> MoveBeginning(ReadScope& scope, int64_t through) {
  const int64_t before = scope.trimmed.sequence;
  const absl::StatusOr<Place> place = PlaceAt(scope, through);
  if (!place.ok()) return place.status();
  if (place->sequence <= scope.trimmed.sequence) return int64_t{0};
  Trip trip;
  trip.Add(
      "UPDATE log SET trimmed_sequence = $1::bigint, trimmed_chain = $2::bytea, "
      "trimmed_time_us = $3::bigint WHERE trimmed_sequence < $1::bigint",
      {Value::Integer(place->sequence), Value::Bytes(place->chain),
       Value::Integer(place->received_time_us)});
  const absl::StatusOr<std::vector<Rows>> answers = scope.connection.Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  return answers->front().affected() > 0 ? place->sequence - before : 0;
}

absl::StatusOr<int> DropPartitions(Connection& connection, int64_t through) {
  for (int dropped = 0;; ++dropped) {
    absl::StatusOr<absl::optional<int64_t>> due = DuePartition(connection, through);
    if (!due.ok()) return due.status();
    if (!due->has_value()) return dropped;
    if (absl::Status alone = BeginAlone(connection); !alone.ok()) return alone;
    due = DuePartition(connection, through);
    if (!due.ok()) return due.status();
    Trip drop;
    if (due->has_value()) {
      const std::string name = absl::StrCat("event_", **due);
      drop.Add("DELETE FROM event_partition WHERE first_sequence = $1::bigint",
               {Value::Integer(**due)})
          .Add(absl::StrCat("ALTER TABLE event DETACH PARTITION ", name))
          .Add(absl::StrCat("DROP TABLE ", name));
    }
    drop.Add(std::string("COMMIT"));
    if (absl::Status status = connection.Run(drop, kTripLimit).status(); !status.ok()) {
      return status;
    }
    if (!due->has_value()) return dropped;
  }
}

absl::StatusOr<TrimmedReferences> TrimReferences(Connection& connection, const std::string& after,
                                                 absl::Time before) {
  Trip look;
  look.Add(
      "SELECT max(reference_digest) FROM (SELECT encode(reference_digest, 'hex') AS "
      "reference_digest FROM reference WHERE reference_digest > decode($1::text, 'hex') "
      "ORDER BY reference.reference_digest LIMIT $2::bigint) AS page",
      {Value::Bytes(after), Value::Integer(kReferencesPerStep)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(look, kTripLimit);
  if (!answers.ok()) return answers.status();
  if (answers->front().IsNull(0, 0)) return TrimmedReferences();
  std::string last(answers->front().Bytes(0, 0));
  Trip remove;
  remove.Add(
      "DELETE FROM reference WHERE reference_digest > decode($1::text, 'hex') AND "
      "reference_digest <= decode($2::text, 'hex') AND updated_time_us < $3::bigint AND "
      "sequence <= (SELECT trimmed_sequence FROM log)",
      {Value::Bytes(after), Value::Bytes(last), Value::Integer(absl::ToUnixMicros(before))});
  const absl::StatusOr<std::vector<Rows>> removed = connection.Run(remove, kTripLimit);
  if (!removed.ok()) return removed.status();
  return TrimmedReferences{std::move(last), removed->front().affected()};
}

}  // namespace kyc::events::postgres
