#include "server/events/sqlite/inspector.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/chain_check.h"
#include "server/events/event_row.h"
#include "server/events/log_damage.h"
#include "server/events/sqlite/places.h"
#include "server/events/sqlite/reads.h"

namespace kyc::events {
namespace {

constexpr int64_t kEventsAtOnce = 256;

constexpr char kNotFound[] =
    "SELECT sequence FROM event AS e NOT INDEXED WHERE sequence > ? AND sequence <= ? AND NOT "
    "EXISTS (SELECT 1 FROM event AS found INDEXED BY event_by_reference "
    "WHERE found.reference_digest = e.reference_digest AND found.sequence = e.sequence "
    "AND found.content_digest = e.content_digest) LIMIT 1";

absl::Status CheckIndex(Database& database, int64_t after, int64_t through) {
  absl::StatusOr<Statement> query = database.Prepare(kNotFound);
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(after).Bind(through).Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  return LogDamaged(absl::StrCat("event ", query->Integer(0), " is not found by its reference"));
}

}  // namespace

absl::StatusOr<Place> InspectAfter(Database& database, const LogFile& file, const Place& place) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<Place> trimmed = TrimmedThrough(database);
  if (!trimmed.ok()) return trimmed.status();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  const Place begin = place.sequence < trimmed->sequence ? *trimmed : place;
  const int64_t through = std::min(begin.sequence + kEventsAtOnce, newest->sequence);
  if (through <= begin.sequence) return place;
  absl::StatusOr<Statement> query = database.Prepare(
      absl::StrCat("SELECT ", kEventColumns,
                   " FROM event WHERE sequence > ? AND sequence <= ? ORDER BY sequence"));
  if (!query.ok()) return query.status();
  query->Bind(begin.sequence).Bind(through);
  ChainCheck chain(begin);
  Place end = begin;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const EventRow columns = RowOf(*query);
    if (absl::Status follows = chain.Follow(columns); !follows.ok()) return follows;
    const absl::StatusOr<Event> opened = EventFromRow(columns, file);
    if (!opened.ok()) return opened.status();
    end = {columns.sequence, std::string(columns.chain), columns.received_time_us};
  }
  if (absl::Status whole = chain.EndsAt(through); !whole.ok()) return whole;
  if (absl::Status found = CheckIndex(database, begin.sequence, through); !found.ok()) return found;
  return end;
}

Inspector::Inspector(const LogFile& file, const ReadPool& readers, InspectorOptions options,
                     std::function<void(const absl::Status&)> on_damage)
    : file_(file),
      readers_(readers),
      options_(options),
      on_damage_(std::move(on_damage)),
      thread_([this] { Run(); }) {}

Inspector::~Inspector() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Inspector::LookAgain() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void Inspector::Run() {
  do {
    Round();
  } while (Wait(options_.between_rounds, Until::kWanted));
}

void Inspector::Round() {
  Place place;
  for (;;) {
    const absl::StatusOr<Place> next =
        readers_.Run([&](Database& database) { return InspectAfter(database, file_, place); });
    if (absl::IsDataLoss(next.status())) return on_damage_(next.status());
    const bool at_the_end = next.ok() && next->sequence == place.sequence;
    if (at_the_end || !Wait(options_.pause, Until::kTime)) return;
    if (next.ok()) place = *next;  // Else a fault of the disk: tried again.
  }
}

bool Inspector::Wait(absl::Duration duration, Until until) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(duration),
                    [this, until] { return ending_ || (wanted_ && until == Until::kWanted); });
  if (until == Until::kWanted) wanted_ = false;
  return !ending_;
}

}  // namespace kyc::events
