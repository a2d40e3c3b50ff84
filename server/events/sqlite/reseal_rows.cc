#include "server/events/sqlite/reseal_rows.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/audit_row.h"
#include "server/events/call_keys.h"
#include "server/events/event_row.h"
#include "server/events/kept_body.h"
#include "server/events/key_answer.h"
#include "server/events/sqlite/reads.h"
#include "server/events/sqlite/sealing_keys.h"

namespace kyc::events {
namespace {

using Part = ResealPlace::Part;

// A table with sealed columns, and how its rows are sealed again.
struct Table {
  Part part;
  Part next;
  const char* name;
  const char* place;  // The column by which it is gone through.
  std::string columns;
  const char* of_another_key;  // With the mark as ?1.
  const char* update;          // Texts, then the place.
  absl::StatusOr<std::vector<std::string>> (*seal)(Statement& row, const LogFile& file);
};

absl::StatusOr<std::vector<std::string>> SealEventAgain(Statement& row, const LogFile& file) {
  absl::StatusOr<SealedColumns> sealed = SealAgain(RowOf(row), file);
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{std::move(sealed->fields), std::move(sealed->raw_body)};
}

absl::StatusOr<std::vector<std::string>> SealBodyAgain(Statement& row, const LogFile& file) {
  const std::string digest(row.Bytes(1));
  const absl::StatusOr<std::string> body = OpenBody(file, digest, row.Bytes(2));
  if (!body.ok()) return body.status();
  return std::vector<std::string>{SealBody(file, digest, *body)};
}

absl::StatusOr<std::vector<std::string>> SealAnswerRowAgain(Statement& row, const LogFile& file) {
  CallKey key;
  key.key = std::string(row.Bytes(1));
  key.content = std::string(row.Bytes(2));
  absl::StatusOr<std::string> sealed = SealAnswerAgain(file, key, row.Bytes(3));
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{*std::move(sealed)};
}

absl::StatusOr<std::vector<std::string>> SealPurposeRowAgain(Statement& row, const LogFile& file) {
  absl::StatusOr<std::string> sealed = SealPurposeAgain(row.Integer(0), row.Bytes(1), file);
  if (!sealed.ok()) return sealed.status();
  return std::vector<std::string>{*std::move(sealed)};
}

const Table& TableOf(Part part) {
  static const auto& tables = *new std::vector<Table>{
      {Part::kEvents, Part::kQuarantine, "event", "sequence", kEventColumns,
       "(substr(sealed_fields, 1, 2) <> ?1 OR substr(sealed_raw_body, 1, 2) <> ?1)",
       "UPDATE event SET sealed_fields = ?, sealed_raw_body = ? WHERE sequence = ?",
       SealEventAgain},
      {Part::kQuarantine, Part::kAnswers, "quarantine", "id", "id, body_digest, sealed_body",
       "substr(sealed_body, 1, 2) <> ?1", "UPDATE quarantine SET sealed_body = ? WHERE id = ?",
       SealBodyAgain},
      {Part::kAnswers, Part::kPurposes, "call_key", "id",
       "id, key_digest, content_digest, sealed_answer",
       "length(sealed_answer) > 0 AND substr(sealed_answer, 1, 2) <> ?1",
       "UPDATE call_key SET sealed_answer = ? WHERE id = ?", SealAnswerRowAgain},
      {Part::kPurposes, Part::kEnd, "audit", "id", "id, sealed_purpose",
       "length(sealed_purpose) > 0 AND substr(sealed_purpose, 1, 2) <> ?1",
       "UPDATE audit SET sealed_purpose = ? WHERE id = ?", SealPurposeRowAgain}};
  return tables[static_cast<size_t>(part)];
}

struct Found {
  int64_t place = 0;
  std::vector<std::string> texts;  // None: it could not be opened.
};

// At most kRowsPerReseal rows of another key.
absl::StatusOr<std::vector<Found>> Find(Database& database, const LogFile& file, const Table& table,
                                        int64_t after, int64_t through) {
  absl::StatusOr<Statement> query = database.Prepare(
      absl::StrCat("SELECT ", table.columns, " FROM ", table.name, " NOT INDEXED WHERE ",
                   table.of_another_key, " AND ", table.place, " > ?2 AND ", table.place,
                   " <= ?3 ORDER BY ", table.place, " LIMIT ?4"));
  if (!query.ok()) return query.status();
  query->Bind(file.sealer.mark()).Bind(after).Bind(through).Bind(kRowsPerReseal);
  std::vector<Found> all;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return all;
    absl::StatusOr<std::vector<std::string>> texts = table.seal(*query, file);
    all.push_back({query->Integer(0), texts.ok() ? *std::move(texts) : std::vector<std::string>()});
  }
}

absl::Status Write(Database& database, const Table& table, const std::vector<Found>& all,
                   ResealStep& step) {
  absl::StatusOr<Statement> update = database.Prepare(table.update);
  if (!update.ok()) return update.status();
  for (const Found& each : all) {
    if (each.texts.empty()) {
      ++step.unopened;
      continue;
    }
    for (const std::string& text : each.texts) update->Bind(text);
    if (absl::Status status = update->Bind(each.place).Run(); !status.ok()) return status;
    ++step.sealed;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResealStep> Reseal(Database& database, const LogFile& file,
                                  const ResealPlace& place) {
  if (place.part == Part::kEnd) {
    const absl::Status retired = RetireSealingKeys(database, file.sealer);
    if (!retired.ok()) return retired;
    ResealStep end;
    end.next = place;
    return end;
  }
  const Table& table = TableOf(place.part);
  const absl::StatusOr<int64_t> least = database.QueryInteger(
      absl::StrCat("SELECT COALESCE(MIN(", table.place, "), 0) FROM ", table.name).c_str());
  if (!least.ok()) return least.status();
  const absl::StatusOr<int64_t> most = database.QueryInteger(
      absl::StrCat("SELECT COALESCE(MAX(", table.place, "), 0) FROM ", table.name).c_str());
  if (!most.ok()) return most.status();
  const int64_t after = std::max(place.after, *least - 1);
  ResealStep step;
  step.next = {table.next, 0, ""};
  if (after >= *most) return step;
  const int64_t through = std::min(after + kPlacesPerReseal, *most);
  const absl::StatusOr<std::vector<Found>> all = Find(database, file, table, after, through);
  if (!all.ok()) return all.status();
  const bool is_full = static_cast<int64_t>(all->size()) == kRowsPerReseal;
  step.next = {place.part, is_full ? all->back().place : through, ""};
  step.left = *most - step.next.after;
  if (absl::Status written = Write(database, table, *all, step); !written.ok()) return written;
  return step;
}

}  // namespace kyc::events
