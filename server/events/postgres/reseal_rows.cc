#include "server/events/postgres/reseal_rows.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/audit_row.h"
#include "server/events/call_keys.h"
#include "server/events/event_row.h"
#include "server/events/kept_body.h"
#include "server/events/key_answer.h"
#include "server/events/postgres/event_rows.h"

namespace kyc::events::postgres {
namespace {

using Part = ResealPlace::Part;
using Texts = absl::StatusOr<std::vector<std::string>>;

// A table with sealed columns, and how its rows are sealed again.
struct Table {
  Part next;
  std::string name;
  std::string place;  // The column by which it is gone through,
  std::string type;   // and its type.
  std::string columns;
  std::string of_another_key;  // With the mark as $3.
  std::string update;          // The place, then texts.
  Texts (*seal)(const Rows& rows, int row, const LogIdentity& log);
};

Texts SealEvent(const Rows& rows, int row, const LogIdentity& log) {
  absl::StatusOr<SealedColumns> sealed = SealAgain(EventRowIn(rows, row), log);
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{std::move(sealed->fields), std::move(sealed->raw_body)};
}

Texts SealKeptBody(const Rows& rows, int row, const LogIdentity& log) {
  const std::string digest(rows.Bytes(row, 1));
  const absl::StatusOr<std::string> body = OpenBody(log, digest, rows.Bytes(row, 2));
  if (!body.ok()) return body.status();
  return std::vector<std::string>{SealBody(log, digest, *body)};
}

Texts SealKeyAnswer(const Rows& rows, int row, const LogIdentity& log) {
  CallKey key;
  key.key = std::string(rows.Bytes(row, 0));
  key.content = std::string(rows.Bytes(row, 1));
  absl::StatusOr<std::string> sealed = SealAnswerAgain(log, key, rows.Bytes(row, 2));
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{*std::move(sealed)};
}

Texts SealPurpose(const Rows& rows, int row, const LogIdentity& log) {
  absl::StatusOr<std::string> sealed =
      SealPurposeAgain(rows.Integer(row, 0), rows.Bytes(row, 1), log);
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{*std::move(sealed)};
}

std::string Update(const std::string& table, const std::string& place, const std::string& column) {
  return absl::StrCat("UPDATE ", table, " SET ", column, " = $2::bytea WHERE ", place, " = $1");
}

// In the order of Part.
const Table& TableOf(Part part) {
  static const auto& tables = *new std::vector<Table>{
      {Part::kQuarantine, "event", "sequence", "::bigint", kEventColumns,
       "(substr(sealed_fields, 1, 2) <> $3::bytea OR substr(sealed_raw_body, 1, 2) <> $3::bytea)",
       "UPDATE event SET sealed_fields = $2::bytea, sealed_raw_body = $3::bytea "
       "WHERE sequence = $1::bigint",
       SealEvent},
      {Part::kAnswers, "quarantine", "id", "::bigint", "id, body_digest, sealed_body",
       "substr(sealed_body, 1, 2) <> $3::bytea",
       Update("quarantine", "id", "sealed_body") + "::bigint", SealKeptBody},
      {Part::kPurposes, "call_key", "key_digest", "::bytea",
       "key_digest, content_digest, sealed_answer",
       "length(sealed_answer) > 0 AND substr(sealed_answer, 1, 2) <> $3::bytea",
       Update("call_key", "key_digest", "sealed_answer") + "::bytea", SealKeyAnswer},
      {Part::kEnd, "audit", "id", "::bigint", "id, sealed_purpose",
       "length(sealed_purpose) > 0 AND substr(sealed_purpose, 1, 2) <> $3::bytea",
       Update("audit", "id", "sealed_purpose") + "::bigint", SealPurpose}};
  return tables[static_cast<size_t>(part)];
}

bool HasNumbers(const Table& table) { return table.type == "::bigint"; }

Value After(const Table& table, const ResealPlace& place) {
  return HasNumbers(table) ? Value::Integer(place.after) : Value::Bytes(place.after_key);
}

// The place of a row whose column `at` has it.
ResealPlace PlaceIn(const Table& table, Part part, const Rows& rows, int row) {
  if (HasNumbers(table)) return {part, rows.Integer(row, 0), ""};
  return {part, 0, std::string(rows.Bytes(row, 0))};
}

// The end of what a step looks at; none where that is the table's.
constexpr char kLeft[] =
    "SELECT coalesce(max(sequence) - least(greatest($1::bigint, min(sequence) - 1), "
    "max(sequence)), 0) FROM event";

struct Window {
  bool is_last = false;
  ResealPlace through;
  int64_t left = 0;  // Events beyond the place.
};

absl::StatusOr<Window> LookAhead(Connection& connection, absl::Duration limit, const Table& table,
                                 const ResealPlace& place) {
  Trip look;
  look.Add(absl::StrCat("SELECT ", table.place, " FROM ", table.name, " WHERE ", table.place,
                        " > $1", table.type, " ORDER BY ", table.place, " OFFSET ",
                        kPlacesPerReseal - 1, " LIMIT 1"),
           {After(table, place)});
  if (place.part == Part::kEvents) look.Add(kLeft, {Value::Integer(place.after)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(look, limit);
  if (!answers.ok()) return answers.status();
  Window window;
  if (place.part == Part::kEvents) window.left = answers->back().Integer(0, 0);
  window.is_last = answers->front().size() == 0;
  if (!window.is_last) window.through = PlaceIn(table, place.part, answers->front(), 0);
  return window;
}

// How many rows of another key there are in the window, up to more than a step has, and those that
// nobody else holds, which are locked from now on.
absl::StatusOr<std::vector<Rows>> Find(Connection& connection, absl::Duration limit,
                                       const LogIdentity& log, const Table& table,
                                       const ResealPlace& place, const Window& window) {
  const std::string where =
      absl::StrCat(" FROM ", table.name, " WHERE ", table.place, " > $1", table.type,
                   window.is_last ? absl::StrCat(" AND $2", table.type, " IS NULL")
                                  : absl::StrCat(" AND ", table.place, " <= $2", table.type),
                   " AND ", table.of_another_key);
  const std::vector<Value> values = {After(table, place),
                                     window.is_last ? Value::Null() : After(table, window.through),
                                     Value::Bytes(log.sealer.mark())};
  Trip find;
  find.Add(std::string("BEGIN ISOLATION LEVEL READ COMMITTED"))
      .Add(absl::StrCat("SELECT count(*) FROM (SELECT 1", where, " LIMIT ", kRowsPerReseal + 1,
                        ") AS found"),
           values)
      .Add(absl::StrCat("SELECT ", table.columns, where, " ORDER BY ", table.place, " LIMIT ",
                        kRowsPerReseal, " FOR UPDATE SKIP LOCKED"),
           values);
  return connection.Run(find, limit);
}

absl::Status Write(Connection& connection, absl::Duration limit, const LogIdentity& log,
                   const Table& table, Part part, const Rows& rows, ResealStep& step) {
  const Statement update = {table.name.c_str(), table.update.c_str()};
  Trip write;
  for (int row = 0; row < rows.size(); ++row) {
    Texts texts = table.seal(rows, row, log);
    if (!texts.ok()) {
      ++step.unopened;
      continue;
    }
    std::vector<Value> values = {After(table, PlaceIn(table, part, rows, row))};
    for (const std::string& text : *texts) values.push_back(Value::Bytes(text));
    write.Add(update, std::move(values));
    ++step.sealed;
  }
  write.Add(std::string("COMMIT"));
  return connection.Run(write, limit).status();
}

}  // namespace

absl::StatusOr<ResealStep> Reseal(Connection& connection, absl::Duration limit,
                                  const LogIdentity& log, const ResealPlace& place) {
  const Table& table = TableOf(place.part);
  const absl::StatusOr<Window> window = LookAhead(connection, limit, table, place);
  if (!window.ok()) return window.status();
  const absl::StatusOr<std::vector<Rows>> found =
      Find(connection, limit, log, table, place, *window);
  if (!found.ok()) return found.status();
  const Rows& rows = found->back();
  ResealStep step;
  step.left = window->left;
  step.skipped = std::max<int64_t>((*found)[1].Integer(0, 0) - rows.size(), 0);
  if (rows.size() == kRowsPerReseal) {
    step.next = PlaceIn(table, place.part, rows, rows.size() - 1);
    step.skipped = 0;  // What is beyond them comes next.
  } else {
    step.next = window->is_last ? ResealPlace{table.next, 0, ""} : window->through;
  }
  absl::Status written = Write(connection, limit, log, table, place.part, rows, step);
  if (!written.ok()) return written;
  return step;
}

}  // namespace kyc::events::postgres
