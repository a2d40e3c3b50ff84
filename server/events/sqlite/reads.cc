#include "server/events/sqlite/reads.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/chain_check.h"
#include "server/events/cursor.h"
#include "server/events/cursor_errors.h"
#include "server/events/event_row.h"
#include "server/events/log_damage.h"
#include "server/events/sqlite/filter_sql.h"
#include "server/events/sqlite/places.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeFilter;

// Among the newest 1,000 events, so that a reference that is sent endlessly stays cheap.
constexpr char kSeveralAccounts[] =
    "SELECT COUNT(DISTINCT account_digest) > 1 FROM (SELECT account_digest FROM event "
    "INDEXED BY event_by_reference WHERE reference_digest = ? ORDER BY sequence DESC LIMIT 1000)";

absl::StatusOr<bool> HasSeveralAccounts(Database& database, absl::string_view reference_digest) {
  absl::StatusOr<Statement> query = database.Prepare(kSeveralAccounts);
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(reference_digest).Step();
  if (!row.ok()) return row.status();
  return *row && query->Integer(0) != 0;
}

// Runs a query of kEventColumns to its end. `chain`, if not null, is asked of each row.
absl::StatusOr<std::vector<Event>> AllEvents(Statement& query, const LogFile& file,
                                             ChainCheck* chain = nullptr) {
  std::vector<Event> events;
  for (;;) {
    const absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return events;
    const EventRow columns = RowOf(query);
    if (chain != nullptr) {
      if (absl::Status follows = chain->Follow(columns); !follows.ok()) return follows;
    }
    absl::StatusOr<Event> event = EventFromRow(columns, file);
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
}

absl::StatusOr<std::vector<Event>> EventsBetween(Database& database, const LogFile& file,
                                                 int64_t after, int64_t through, int limit,
                                                 const UpgradeFilter& filter, ChainCheck* chain) {
  absl::StatusOr<Statement> query = database.Prepare(PageSql(filter));
  if (!query.ok()) return query.status();
  query->Bind(after).Bind(through);
  BindFilter(filter, file.keys, *query);
  query->Bind(limit);
  absl::StatusOr<std::vector<Event>> events = AllEvents(*query, file, chain);
  if (!events.ok() || chain == nullptr) return events;
  // All that are there, unless the page is full.
  if (events->size() == static_cast<size_t>(limit)) return events;
  if (absl::Status whole = chain->EndsAt(through); !whole.ok()) return whole;
  return events;
}

// What an unfiltered page after this place is checked by; none for another page.
absl::StatusOr<absl::optional<ChainCheck>> CheckOf(Database& database, const UpgradeFilter& filter,
                                                   Position after) {
  if (!ToSql(filter).all) return absl::optional<ChainCheck>();
  const absl::StatusOr<Place> place = PlaceAt(database, after.sequence);
  if (!place.ok()) return place.status();
  if (PositionOf(*place) != after) {
    return LogDamaged(absl::StrCat("event ", after.sequence, " is not what was read before"));
  }
  return absl::make_optional<ChainCheck>(*place);
}

constexpr int64_t kNoBound = std::numeric_limits<int64_t>::max();

// An event is not its reference's latest if a later one, up to the bound, has the same reference.
constexpr char kIsLatest[] =
    " AND NOT EXISTS (SELECT 1 FROM event AS later INDEXED BY event_by_reference "
    "WHERE later.reference_digest = event.reference_digest "
    "AND later.account_digest = event.account_digest "
    "AND later.sequence > event.sequence AND later.sequence <= ?)";

// What `list` chooses of the sequences below `below` and above `after`.
absl::StatusOr<std::vector<Event>> EventsDown(Database& database, const LogFile& file,
                                              int64_t below, int64_t after, const ListQuery& list) {
  absl::StatusOr<Statement> query = database.Prepare(ListSql(list));
  if (!query.ok()) return query.status();
  query->Bind(below).Bind(after);
  BindFilter(list.filter, file.keys, *query);
  if (list.latest_only) query->Bind(list.upper_bound == 0 ? kNoBound : list.upper_bound);
  query->Bind(BoundedRead(list.limit));
  return AllEvents(*query, file);
}

}  // namespace

std::string PageSql(const UpgradeFilter& filter) {
  const FilterSql sql = ToSql(filter);
  return absl::StrCat("SELECT ", kEventColumns, " FROM ", sql.table,
                      " WHERE sequence > ? AND sequence <= ?", sql.conditions,
                      " ORDER BY sequence LIMIT ?");
}

std::string ListSql(const ListQuery& list) {
  const FilterSql sql = ToSql(list.filter);
  return absl::StrCat("SELECT ", kEventColumns, " FROM ", sql.table,
                      " WHERE sequence < ? AND sequence > ?", sql.conditions,
                      list.latest_only ? kIsLatest : "", " ORDER BY sequence DESC LIMIT ?");
}

std::string LatestSql() {
  return absl::StrCat("SELECT ", kEventColumns,
                      " FROM event INDEXED BY event_by_reference WHERE reference_digest = ? "
                      "AND (? OR account_digest = ?) ORDER BY sequence DESC LIMIT 1");
}

EventRow RowOf(const Statement& query) {
  return {.sequence = query.Integer(0),
          .event_id = query.Bytes(1),
          .received_time_us = query.Integer(2),
          .revision = query.Integer(3),
          .previous_status = query.Integer(4),
          .status = query.Integer(5),
          .anomalies = query.Integer(6),
          .content_digest = query.Bytes(7),
          .chain = query.Bytes(8),
          .sealed_fields = query.Bytes(9),
          .sealed_raw_body = query.Bytes(10),
          .restricted = query.Integer(11) != 0};
}

absl::StatusOr<Page> ReadPage(Database& database, const LogFile& file, Position after, int limit,
                              const UpgradeFilter& filter) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<Ends> ends = EndsOf(database);
  if (!ends.ok()) return ends.status();
  if (after.sequence < ends->oldest.sequence) {
    return CursorError(CursorFault::kExpired, file, *ends);
  }
  if (after.sequence >= ends->newest.sequence) return Page{.events = {}, .through = after};

  const int64_t bound = ToSql(filter).by_index ? ends->newest.sequence
                                               : std::min(ends->newest.sequence,
                                                          after.sequence + kEventsLookedAtPerPage);
  absl::StatusOr<absl::optional<ChainCheck>> chain = CheckOf(database, filter, after);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<std::vector<Event>> events =
      EventsBetween(database, file, after.sequence, bound, BoundedRead(limit), filter,
                    chain->has_value() ? &**chain : nullptr);
  if (!events.ok()) return events.status();
  Page page{.events = *std::move(events), .through = after};
  if (page.events.size() == static_cast<size_t>(BoundedRead(limit))) {
    page.through = page.events.back().position;
    return page;
  }
  const absl::StatusOr<Place> through = PlaceAt(database, bound);
  if (!through.ok()) return through.status();
  page.through = PositionOf(*through);
  return page;
}

absl::StatusOr<absl::optional<Event>> ReadLatest(Database& database, const LogFile& file,
                                                 const std::string& reference,
                                                 const std::string& account) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const std::string digest = LookupDigest(file.keys.reference, reference);
  absl::StatusOr<Statement> query = database.Prepare(LatestSql());
  if (!query.ok()) return query.status();
  query->Bind(digest).Bind(int64_t{account.empty()}).Bind(LookupDigest(file.keys.account, account));
  absl::StatusOr<std::vector<Event>> events = AllEvents(*query, file);
  if (!events.ok()) return events.status();
  if (events->empty()) return absl::optional<Event>();
  if (account.empty()) {
    const absl::StatusOr<bool> several = HasSeveralAccounts(database, digest);
    if (!several.ok()) return several.status();
    if (*several) return SeveralAccounts();
  }
  return absl::make_optional(std::move(events->front()));
}

absl::StatusOr<bool> ReadWasRemoved(Database& database, const LogFile& file,
                                    const std::string& reference, const std::string& account) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT 1 FROM reference WHERE reference_digest = ? AND (? OR +account_digest IN (?, x'')) "
      "LIMIT 1");
  if (!query.ok()) return query.status();
  query->Bind(LookupDigest(file.keys.reference, reference))
      .Bind(int64_t{account.empty()})
      .Bind(LookupDigest(file.keys.account, account));
  return query->Step();
}

absl::StatusOr<ListPage> ReadList(Database& database, const LogFile& file, const ListQuery& list) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<Ends> ends = EndsOf(database);
  if (!ends.ok()) return ends.status();
  const int64_t oldest = ends->oldest.sequence;
  int64_t below = ends->newest.sequence + 1;
  if (list.below > 0) below = std::min(below, list.below);
  if (list.upper_bound > 0) below = std::min(below, list.upper_bound + 1);
  const int64_t after =
      ToSql(list.filter).by_index ? oldest : std::max(oldest, below - 1 - kEventsLookedAtPerPage);

  absl::StatusOr<std::vector<Event>> events = EventsDown(database, file, below, after, list);
  if (!events.ok()) return events.status();
  if (!list.latest_only && ToSql(list.filter).all) {
    if (absl::Status whole = HasNoGap(*events, below, after, BoundedRead(list.limit));
        !whole.ok()) {
      return whole;
    }
  }
  const bool full = events->size() == static_cast<size_t>(BoundedRead(list.limit));
  ListPage page;
  page.below = full ? events->back().position.sequence : std::min(below, after + 1);
  page.more = page.below > oldest + 1;
  page.events = *std::move(events);
  return page;
}

absl::StatusOr<Position> ReadBefore(Database& database, absl::Time since) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<Place> place = PlaceBefore(database, MicrosNotBefore(since));
  if (!place.ok()) return place.status();
  return PositionOf(*place);
}

absl::StatusOr<Position> ReadCursor(Database& database, const LogFile& file,
                                    const std::string& text) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<Ends> ends = EndsOf(database);
  if (!ends.ok()) return ends.status();
  const auto error = [&](CursorFault fault) { return CursorError(fault, file, *ends); };

  const absl::StatusOr<Cursor> cursor = CursorFromText(text, file.keys.cursor);
  if (!cursor.ok()) return error(CursorFault::kInvalid);
  const Position position = cursor->position;
  if (cursor->log_id != file.log_id || cursor->partition != 0) return error(CursorFault::kForeign);
  if (position.sequence < ends->oldest.sequence) return error(CursorFault::kExpired);
  if (position.sequence > ends->newest.sequence) return error(CursorFault::kAhead);
  const absl::StatusOr<Place> place = PlaceAt(database, position.sequence);
  if (!place.ok()) return place.status();
  if (PositionOf(*place) != position) return error(CursorFault::kForeign);
  return position;
}

absl::Status CheckChain(Database& database, int64_t after, int64_t through) {
  const absl::StatusOr<Place> before = PlaceAt(database, after);
  if (!before.ok()) return before.status();
  absl::StatusOr<Statement> query = database.Prepare(
      absl::StrCat("SELECT ", kEventColumns,
                   " FROM event WHERE sequence > ? AND sequence <= ? ORDER BY sequence"));
  if (!query.ok()) return query.status();
  query->Bind(before->sequence).Bind(through);
  ChainCheck chain(*before);
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return chain.EndsAt(through);
    if (absl::Status follows = chain.Follow(RowOf(*query)); !follows.ok()) return follows;
  }
}

}  // namespace kyc::events
