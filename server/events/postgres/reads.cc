#include "server/events/postgres/reads.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/chain_check.h"
#include "server/events/cursor.h"
#include "server/events/cursor_errors.h"
#include "server/events/log_damage.h"
#include "server/events/log_keys.h"
#include "server/events/postgres/event_rows.h"
#include "server/events/postgres/filter_sql.h"
#include "server/events/postgres/log_row.h"
#include "server/events/read_bounds.h"

namespace kyc::events::postgres {
namespace {

using ::netzme::v1::UpgradeFilter;

constexpr Statement kPlaceAt = {
    "place_at",
    "SELECT sequence, chain, received_time_us FROM event WHERE sequence <= $1::bigint "
    "ORDER BY sequence DESC LIMIT 1"};

// By what each append keeps up to date; all accounts, one row each.
constexpr Statement kLatest = {
    "latest",
    "SELECT e.sequence, event_id, received_time_us, e.revision, previous_status, e.status, "
    "anomalies, e.content_digest, chain, sealed_fields, sealed_raw_body, e.restricted "
    "FROM reference AS r "
    "JOIN event AS e ON e.sequence = r.sequence WHERE r.reference_digest = $1::bytea "
    "AND ($2::bytea IS NULL OR r.account_digest = $2::bytea) ORDER BY e.sequence DESC LIMIT 2"};

constexpr Statement kWasRemoved = {
    "was_removed",
    "SELECT 1 FROM reference WHERE reference_digest = $1::bytea AND sequence <= $3::bigint "
    "AND ($2::bytea IS NULL OR account_digest IN ($2::bytea, ''::bytea)) LIMIT 1"};

// An event is not its reference's latest if a later one, up to the bound, is of the same. The
// reference stands as a range, so that the planner must take the index by reference.
std::string IsLatest(int bound_parameter) {
  return absl::StrCat(
      " AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.reference_digest = "
      "event.reference_digest AND later.account_digest = event.account_digest AND "
      "later.sequence > event.sequence AND later.sequence <= $",
      bound_parameter, "::bigint)");
}

Place PlaceIn(const Rows& rows, const Place& trimmed) {
  if (rows.size() == 0 || rows.Integer(0, 0) <= trimmed.sequence) return trimmed;
  return {rows.Integer(0, 0), std::string(rows.Bytes(0, 1)), rows.Integer(0, 2)};
}

absl::StatusOr<std::vector<Rows>> Run(ReadScope& scope, const Trip& trip) {
  return scope.connection.Run(trip, scope.limit);
}

Ends EndsOf(const ReadScope& scope) {
  return {.oldest = PositionOf(scope.trimmed), .newest = PositionOf(scope.newest)};
}

// What the log row says is trimmed by now.
void TakeTrimmed(const Rows& log_row, ReadScope& scope) {
  if (log_row.size() > 0) scope.trimmed = LogRowIn(log_row).trimmed;
}

std::string PageSql(const FilterSql& sql, size_t limit_parameter) {
  return absl::StrCat("SELECT ", kEventColumns,
                      " FROM event WHERE sequence > $1::bigint AND sequence <= $2::bigint",
                      sql.conditions, " ORDER BY ", sql.order, " LIMIT $", limit_parameter,
                      "::bigint");
}

// The page after `after` and up to `bound`, where it begins and ends, and what is trimmed.
struct PageAnswers {
  Rows events;
  Place begins;
  Place ends;
};
absl::StatusOr<PageAnswers> AskForPage(ReadScope& scope, int64_t after, int64_t bound, int limit,
                                       const UpgradeFilter& filter) {
  FilterSql sql = ToSql(filter, scope.log.keys, 3);
  std::vector<Value> values = {Value::Integer(after), Value::Integer(bound)};
  for (Value& value : sql.values) values.push_back(std::move(value));
  values.push_back(Value::Integer(limit));
  Trip trip;
  // The log's row comes last: what was trimmed before it may have been missed before.
  trip.Add(PageSql(sql, values.size()), values)
      .Add(kPlaceAt, {Value::Integer(after)})
      .Add(kPlaceAt, {Value::Integer(bound)})
      .Add(kReadLogRow);
  absl::StatusOr<std::vector<Rows>> answers = Run(scope, trip);
  if (!answers.ok()) return answers.status();
  TakeTrimmed((*answers)[3], scope);
  return PageAnswers{std::move((*answers)[0]), PlaceIn((*answers)[1], scope.trimmed),
                     PlaceIn((*answers)[2], scope.trimmed)};
}

// The events of an unfiltered page, which must follow each other.
absl::StatusOr<std::vector<Event>> CheckedEvents(const PageAnswers& answers, const ReadScope& scope,
                                                 Position after, bool full) {
  if (PositionOf(answers.begins) != after) {
    return LogDamaged(absl::StrCat("event ", after.sequence, " is not what was read before"));
  }
  ChainCheck chain(answers.begins);
  absl::StatusOr<std::vector<Event>> events = EventsIn(answers.events, scope.log, &chain);
  if (!events.ok() || full) return events;
  if (absl::Status whole = chain.EndsAt(answers.ends.sequence); !whole.ok()) return whole;
  return events;
}

}  // namespace

absl::StatusOr<Place> PlaceAt(ReadScope& scope, int64_t sequence) {
  Trip trip;
  trip.Add(kPlaceAt, {Value::Integer(std::min(sequence, scope.newest.sequence))}).Add(kReadLogRow);
  const absl::StatusOr<std::vector<Rows>> answers = Run(scope, trip);
  if (!answers.ok()) return answers.status();
  TakeTrimmed(answers->back(), scope);
  return PlaceIn(answers->front(), scope.trimmed);
}

absl::StatusOr<Page> ReadPage(ReadScope& scope, Position after, int limit,
                              const UpgradeFilter& filter) {
  const int bounded = BoundedRead(limit);
  if (after.sequence < scope.trimmed.sequence) {
    return CursorError(CursorFault::kExpired, scope.log, EndsOf(scope));
  }
  if (after.sequence >= scope.newest.sequence) return Page{.events = {}, .through = after};
  const FilterSql sql = ToSql(filter, scope.log.keys, 3);
  const int64_t bound =
      sql.by_index ? scope.newest.sequence
                   : std::min(scope.newest.sequence, after.sequence + kEventsLookedAtPerPage);
  absl::StatusOr<PageAnswers> answers = AskForPage(scope, after.sequence, bound, bounded, filter);
  if (!answers.ok()) return answers.status();
  if (after.sequence < scope.trimmed.sequence) {
    return CursorError(CursorFault::kExpired, scope.log, EndsOf(scope));
  }
  const bool full = answers->events.size() == bounded;
  absl::StatusOr<std::vector<Event>> events =
      sql.all ? CheckedEvents(*answers, scope, after, full) : EventsIn(answers->events, scope.log);
  if (!events.ok()) return events.status();
  const Position through = full ? events->back().position : PositionOf(answers->ends);
  return Page{.events = *std::move(events), .through = through};
}

absl::StatusOr<absl::optional<Event>> ReadLatest(ReadScope& scope, const std::string& reference,
                                                 const std::string& account) {
  Trip trip;
  trip.Add(kLatest, {Value::Bytes(LookupDigest(scope.log.keys.reference, reference)),
                     account.empty() ? Value::Null()
                                     : Value::Bytes(LookupDigest(scope.log.keys.account, account))})
      .Add(kReadLogRow);
  const absl::StatusOr<std::vector<Rows>> answers = Run(scope, trip);
  if (!answers.ok()) return answers.status();
  TakeTrimmed(answers->back(), scope);
  absl::StatusOr<std::vector<Event>> events = EventsIn(answers->front(), scope.log);
  if (!events.ok()) return events.status();
  while (!events->empty() && events->back().position.sequence <= scope.trimmed.sequence) {
    events->pop_back();
  }
  if (events->size() > 1) return SeveralAccounts();
  if (events->empty()) return absl::optional<Event>();
  if (events->front().position.sequence > scope.newest.sequence) {
    return Unreachable("the reference's newest event is not yet known to be kept");
  }
  return absl::make_optional(std::move(events->front()));
}

absl::StatusOr<bool> ReadWasRemoved(ReadScope& scope, const std::string& reference,
                                    const std::string& account) {
  Trip trip;
  trip.Add(kWasRemoved,
           {Value::Bytes(LookupDigest(scope.log.keys.reference, reference)),
            account.empty() ? Value::Null()
                            : Value::Bytes(LookupDigest(scope.log.keys.account, account)),
            Value::Integer(scope.trimmed.sequence)});
  const absl::StatusOr<std::vector<Rows>> answers = Run(scope, trip);
  if (!answers.ok()) return answers.status();
  return answers->front().size() > 0;
}

absl::StatusOr<ListPage> ReadList(ReadScope& scope, const ListQuery& list) {
  const int limit = BoundedRead(list.limit);
  int64_t below = scope.newest.sequence + 1;
  if (list.below > 0) below = std::min(below, list.below);
  if (list.upper_bound > 0) below = std::min(below, list.upper_bound + 1);
  FilterSql sql = ToSql(list.filter, scope.log.keys, 5);
  const bool all = sql.all;
  const bool by_index = sql.by_index;
  // Of the log's row as it is now: what was trimmed long ago is gone.
  if (absl::StatusOr<Place> place = PlaceAt(scope, 0); !place.ok()) return place.status();
  const int64_t oldest = scope.trimmed.sequence;
  const int64_t after = by_index ? oldest : std::max(oldest, below - 1 - kEventsLookedAtPerPage);
  const int64_t upper = list.upper_bound == 0 ? scope.newest.sequence : list.upper_bound;
  std::vector<Value> values = {Value::Integer(below), Value::Integer(after), Value::Integer(limit),
                               Value::Integer(std::min(upper, scope.newest.sequence))};
  for (Value& value : sql.values) values.push_back(std::move(value));
  Trip trip;
  trip.Add(absl::StrCat("SELECT ", kEventColumns,
                        " FROM event WHERE sequence < $1::bigint AND sequence > $2::bigint "
                        "AND sequence <= $4::bigint",
                        sql.conditions, list.latest_only ? IsLatest(4) : "", " ORDER BY ",
                        sql.order, " DESC LIMIT $3::bigint"),
           values);
  const absl::StatusOr<std::vector<Rows>> answers = Run(scope, trip);
  if (!answers.ok()) return answers.status();
  absl::StatusOr<std::vector<Event>> events = EventsIn(answers->front(), scope.log);
  if (!events.ok()) return events.status();
  if (!list.latest_only && all) {
    if (absl::Status whole = HasNoGap(*events, below, after, limit); !whole.ok()) return whole;
  }
  const bool full = events->size() == static_cast<size_t>(limit);
  ListPage page;
  page.below = full ? events->back().position.sequence : std::min(below, after + 1);
  page.more = page.below > oldest + 1;
  page.events = *std::move(events);
  return page;
}

absl::StatusOr<Position> ReadBefore(ReadScope& scope, absl::Time since) {
  const int64_t since_us = MicrosNotBefore(since);
  const absl::StatusOr<Place> oldest = PlaceAt(scope, 0);
  if (!oldest.ok()) return oldest.status();
  // Every event up to `before` came before, every one from `not_before` on did not.
  Place before = scope.trimmed;
  int64_t not_before = scope.newest.sequence + 1;
  while (before.sequence + 1 < not_before) {
    const int64_t middle = before.sequence + (not_before - before.sequence) / 2;
    absl::StatusOr<Place> place = PlaceAt(scope, middle);
    if (!place.ok()) return place.status();
    if (place->sequence != middle) return LogDamaged(absl::StrCat("event ", middle, " is missing"));
    if (place->received_time_us < since_us) {
      before = *std::move(place);
    } else {
      not_before = middle;
    }
  }
  return PositionOf(before);
}

absl::StatusOr<Position> ReadCursor(ReadScope& scope, const std::string& text) {
  const auto error = [&](CursorFault fault) {
    return CursorError(fault, scope.log, EndsOf(scope));
  };
  const absl::StatusOr<Cursor> cursor = CursorFromText(text, scope.log.keys.cursor);
  if (!cursor.ok()) return error(CursorFault::kInvalid);
  const Position position = cursor->position;
  if (cursor->log_id != scope.log.log_id || cursor->partition != 0) {
    return error(CursorFault::kForeign);
  }
  const absl::StatusOr<Place> place = PlaceAt(scope, position.sequence);
  if (!place.ok()) return place.status();
  if (position.sequence < scope.trimmed.sequence) return error(CursorFault::kExpired);
  if (position.sequence > scope.newest.sequence) return error(CursorFault::kAhead);
  if (PositionOf(*place) != position) return error(CursorFault::kForeign);
  return position;
}

}  // namespace kyc::events::postgres
