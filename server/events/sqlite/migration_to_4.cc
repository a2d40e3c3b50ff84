#include "server/events/sqlite/migration_to_4.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

constexpr int64_t kRowsAtOnce = 256;
constexpr int64_t kRowsBetweenLines = 1'000'000;

// Of a row of schema 3, whose column type_digest still holds the type in clear.
struct Row {
  int64_t sequence = 0;
  std::string event_id;
  std::string type;
  std::string account_digest;  // Empty: the row cannot be opened.
  SealedColumns sealed;
};

absl::StatusOr<Row> ReadRow(const Statement& query, const LogIdentity& log) {
  Row row;
  row.sequence = query.Integer(0);
  row.event_id = std::string(query.Bytes(1));
  row.type = std::string(query.Bytes(2));
  absl::StatusOr<::netzme::v1::UpgradeEvent> event =
      OpenSealed(row.event_id, query.Bytes(3), query.Bytes(4), log);
  // Damaged before, and reads say so: no reason to lock up all the others.
  if (absl::IsDataLoss(event.status())) {
    row.sealed = {std::string(query.Bytes(3)), std::string(query.Bytes(4))};
    return row;
  }
  if (!event.ok()) return absl::FailedPreconditionError(event.status().message());
  event->set_type(row.type);
  row.account_digest = LookupDigest(log.keys.account, event->account());
  row.sealed = SealEvent(*event, row.event_id, log);
  return row;
}

absl::StatusOr<std::vector<Row>> ReadRows(Database& database, const LogIdentity& log,
                                          int64_t after) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT sequence, event_id, type_digest, sealed_fields, sealed_raw_body FROM event "
      "WHERE sequence > ? ORDER BY sequence LIMIT ?");
  if (!query.ok()) return query.status();
  query->Bind(after).Bind(kRowsAtOnce);
  std::vector<Row> rows;
  for (;;) {
    const absl::StatusOr<bool> more = query->Step();
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    absl::StatusOr<Row> row = ReadRow(*query, log);
    if (!row.ok()) return row.status();
    rows.push_back(*std::move(row));
  }
}

}  // namespace

absl::Status RowsTo4(Database& database, const LogIdentity& log, const Say& say) {
  absl::StatusOr<Statement> update = database.Prepare(
      "UPDATE event SET type_digest = ?, account_digest = ?, sealed_fields = ?, "
      "sealed_raw_body = ? WHERE sequence = ?");
  if (!update.ok()) return update.status();
  int64_t after = 0;
  int64_t done = 0;
  for (;;) {
    const absl::StatusOr<std::vector<Row>> rows = ReadRows(database, log, after);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    for (const Row& row : *rows) {
      update->Bind(row.type.empty() ? std::string() : LookupDigest(log.keys.type, row.type))
          .Bind(row.account_digest)
          .Bind(row.sealed.fields)
          .Bind(row.sealed.raw_body)
          .Bind(row.sequence);
      if (absl::Status status = update->Run(); !status.ok()) return status;
      after = row.sequence;
      if (++done % kRowsBetweenLines == 0 && say != nullptr) {
        say(absl::StrCat("event log: ", done, " events migrated to schema 4"));
      }
    }
  }
}

}  // namespace kyc::events
