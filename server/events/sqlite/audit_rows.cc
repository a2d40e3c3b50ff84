#include "server/events/sqlite/audit_rows.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/audit_row.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

constexpr int kTrimmedAtOnce = 256;
// Above every id.
constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();
constexpr int kColumns = 14;
// After the columns; none of the first entry, or where it is missing.
constexpr char kChainBefore[] =
    ", (SELECT before.chain FROM audit AS before WHERE before.id = audit.id - 1)";
// As the index has it.
constexpr char kIsErasure[] = "INSTR(erasure.act, x'2F4572617365') > 0";

AuditRow RowOf(const Statement& query) {
  return {.id = query.Integer(0),
          .time_us = query.Integer(1),
          .caller = std::string(query.Bytes(2)),
          .act = std::string(query.Bytes(3)),
          .outcome = std::string(query.Bytes(4)),
          .source = std::string(query.Bytes(5)),
          .reference_digest = std::string(query.Bytes(6)),
          .cust_id_digest = std::string(query.Bytes(7)),
          .first_sequence = query.Integer(8),
          .last_sequence = query.Integer(9),
          .times = query.Integer(10),
          .purpose_digest = std::string(query.Bytes(11)),
          .sealed_purpose = std::string(query.Bytes(12)),
          .chain = std::string(query.Bytes(13))};
}

absl::StatusOr<AuditEnd> EndBefore(Database& database, int64_t id) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT id, time_us, chain FROM audit WHERE id < ? ORDER BY id DESC LIMIT 1");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = query->Bind(id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return AuditEnd();
  return AuditEnd{query->Integer(0), query->Integer(1), std::string(query->Bytes(2))};
}

// About a subject; or of pages and streams which could have shown an event of the subject, or one
// of which it is not known any more whose it was: it was removed, or erased, of this subject or by
// the other kind of name.
std::string ConditionsOf(const AuditQuery& query) {
  // The oldest one kept after others is there for the next one to follow, only.
  std::string conditions =
      "WHERE id >= ?1 AND id < ?2 AND (id = 1 OR id > (SELECT MIN(id) FROM audit)) "
      "AND time_us >= ?3 AND time_us < ?4";
  if (!query.caller.empty()) absl::StrAppend(&conditions, " AND caller = ?5");
  if (query.reference.empty() && query.cust_id.empty()) return conditions;
  const absl::string_view digest = query.reference.empty() ? "cust_id_digest" : "reference_digest";
  return absl::StrCat(
      conditions, " AND (audit.", digest, " = ?6 OR (audit.", digest,
      " = x'' AND first_sequence > 0 AND (first_sequence <= (SELECT trimmed_sequence FROM log) OR "
      "NOT EXISTS (SELECT 1 FROM event WHERE event.",
      digest, " = ?7) OR EXISTS (SELECT 1 FROM event WHERE event.", digest,
      " = ?7 AND sequence BETWEEN first_sequence AND last_sequence) OR "
      "time_us < ?8 + (SELECT MAX(erasure.time_us) FROM audit AS erasure "
      "INDEXED BY audit_of_erasures WHERE ",
      kIsErasure, " AND erasure.", digest, " IN (?6, x'')))))");
}

void BindSubject(const AuditQuery& query, const LogKeys& keys, Statement& rows) {
  if (!query.reference.empty()) {
    rows.Bind(AuditReferenceDigest(query.reference, keys))
        .Bind(LookupDigest(keys.reference, query.reference));
  } else {
    rows.Bind(AuditCustIdDigest(query.cust_id, keys))
        .Bind(LookupDigest(keys.cust_id, query.cust_id));
  }
  rows.Bind(absl::ToInt64Microseconds(kErasing));
}

}  // namespace

absl::Status WriteAudit(Database& database, const LogFile& file,
                        const std::vector<AuditNote>& notes, absl::Time now) {
  absl::StatusOr<AuditEnd> end = EndBefore(database, kNewest);
  if (!end.ok()) return end.status();
  absl::StatusOr<Statement> insert = database.Prepare(absl::StrCat(
      "INSERT INTO audit (", kAuditColumns, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  if (!insert.ok()) return insert.status();
  for (const AuditNote& note : notes) {
    const AuditRow row = RowAfter(*end, note, now, file);
    const absl::Status written = insert->Bind(row.id)
                                     .Bind(row.time_us)
                                     .Bind(row.caller)
                                     .Bind(row.act)
                                     .Bind(row.outcome)
                                     .Bind(row.source)
                                     .Bind(row.reference_digest)
                                     .Bind(row.cust_id_digest)
                                     .Bind(row.first_sequence)
                                     .Bind(row.last_sequence)
                                     .Bind(row.times)
                                     .Bind(row.purpose_digest)
                                     .Bind(row.sealed_purpose)
                                     .Bind(row.chain)
                                     .Run();
    if (!written.ok()) return written;
    *end = {row.id, row.time_us, row.chain};
  }
  return absl::OkStatus();
}

absl::StatusOr<AuditPage> ReadAudit(Database& database, const LogFile& file,
                                    const AuditQuery& query) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<AuditEnd> newest =
      EndBefore(database, query.below == 0 ? kNewest : query.below);
  if (!newest.ok()) return newest.status();
  const AuditWindow window = WindowThrough(newest->id);
  const absl::StatusOr<AuditEnd> before = EndBefore(database, window.low);
  if (!before.ok()) return before.status();
  absl::StatusOr<Statement> rows =
      database.Prepare(absl::StrCat("SELECT ", kAuditColumns, kChainBefore, " FROM audit ",
                                    ConditionsOf(query), " ORDER BY id DESC LIMIT ?9"));
  if (!rows.ok()) return rows.status();
  rows->Bind(window.low)
      .Bind(window.below)
      .Bind(AuditMicros(query.from))
      .Bind(AuditMicros(query.until))
      .Bind(query.caller);
  BindSubject(query, file.keys, *rows);
  rows->Bind(query.limit);
  AuditPage page;
  for (;;) {
    const absl::StatusOr<bool> more = rows->Step();
    if (!more.ok()) return more.status();
    if (!*more) break;
    absl::StatusOr<AuditEntry> entry = EntryAfter(rows->Bytes(kColumns), RowOf(*rows), file);
    if (!entry.ok()) return entry.status();
    page.entries.push_back(*std::move(entry));
  }
  page.below = NextBelow(page.entries, query, window, *before);
  return page;
}

absl::StatusOr<int64_t> TrimAudit(Database& database, absl::Time before) {
  // The oldest one stays until the one after it is old, too.
  const absl::StatusOr<int64_t> second = database.QueryInteger(
      "SELECT COALESCE((SELECT time_us FROM audit ORDER BY id LIMIT 1 OFFSET 1), 0)");
  if (!second.ok()) return second.status();
  const int64_t before_us = AuditMicros(before);
  if (*second == 0 || *second >= before_us) return 0;
  absl::StatusOr<Statement> remove = database.Prepare(
      "DELETE FROM audit WHERE id < (SELECT MIN(id) FROM audit) + ? AND "
      "EXISTS (SELECT 1 FROM audit AS next WHERE next.id = audit.id + 1 AND next.time_us < ?)");
  if (!remove.ok()) return remove.status();
  remove->Bind(int64_t{kTrimmedAtOnce}).Bind(before_us);
  if (absl::Status status = remove->Run(); !status.ok()) return status;
  return database.changes();
}

}  // namespace kyc::events
