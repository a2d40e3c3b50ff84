#include "server/events/postgres/audit_rows.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/audit_row.h"
#include "server/events/log_keys.h"

namespace kyc::events::postgres {
namespace {

// Above every id.
constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

// What roles.sql gives.
constexpr Statement kMayWrite = {"may_write_audit",
                                 "SELECT has_table_privilege('audit', 'INSERT') AND "
                                 "has_column_privilege('audit', 'id', 'SELECT') AND "
                                 "has_column_privilege('audit', 'time_us', 'SELECT') AND "
                                 "has_column_privilege('audit', 'chain', 'SELECT')"};
constexpr Statement kEnd = {"audit_end",
                            "SELECT id, time_us, chain FROM audit ORDER BY id DESC LIMIT 1"};
constexpr Statement kInsert = {
    "audit_insert",
    "INSERT INTO audit (id, time_us, caller, act, outcome, source, reference_digest, "
    "cust_id_digest, first_sequence, last_sequence, times, purpose_digest, sealed_purpose, chain) "
    "VALUES ($1::bigint, $2::bigint, $3::bytea, $4::bytea, $5::bytea, $6::bytea, $7::bytea, "
    "$8::bytea, $9::bigint, $10::bigint, $11::bigint, $12::bytea, $13::bytea, $14::bytea)"};
constexpr Statement kEndBefore = {
    "audit_end_before",
    "SELECT id, time_us, chain FROM audit WHERE id < $1::bigint ORDER BY id DESC LIMIT 1"};
constexpr int kColumns = 14;
// After the columns. The oldest one kept after others is there for the next one to follow, only.
constexpr char kSelect[] =
    ", (SELECT before.chain FROM audit AS before WHERE before.id = audit.id - 1) "
    "FROM audit WHERE id >= $1::bigint AND id < $2::bigint "
    "AND (id = 1 OR id > (SELECT min(id) FROM audit)) "
    "AND time_us >= $3::bigint AND time_us < $4::bigint "
    "AND (length($5::bytea) = 0 OR caller = $5::bytea)";
// As the index has it.
constexpr char kIsErasure[] = "position('\\x2f4572617365'::bytea IN erasure.act) > 0";
constexpr Statement kTrim = {"audit_trim",
                             "DELETE FROM audit WHERE id < (SELECT min(id) FROM audit) + 1000 AND "
                             "EXISTS (SELECT 1 FROM audit AS next WHERE next.id = audit.id + 1 AND "
                             "next.time_us < $1::bigint)"};

AuditRow RowIn(const Rows& rows, int row) {
  return {.id = rows.Integer(row, 0),
          .time_us = rows.Integer(row, 1),
          .caller = std::string(rows.Bytes(row, 2)),
          .act = std::string(rows.Bytes(row, 3)),
          .outcome = std::string(rows.Bytes(row, 4)),
          .source = std::string(rows.Bytes(row, 5)),
          .reference_digest = std::string(rows.Bytes(row, 6)),
          .cust_id_digest = std::string(rows.Bytes(row, 7)),
          .first_sequence = rows.Integer(row, 8),
          .last_sequence = rows.Integer(row, 9),
          .times = rows.Integer(row, 10),
          .purpose_digest = std::string(rows.Bytes(row, 11)),
          .sealed_purpose = std::string(rows.Bytes(row, 12)),
          .chain = std::string(rows.Bytes(row, 13))};
}

// About a subject ($7); or of pages and streams which could have shown an event of the subject
// ($8), or one of which it is not known any more whose it was: it was removed, or erased, of this
// subject or by the other kind of name.
std::string OfSubject(absl::string_view digest) {
  return absl::StrCat(
      " AND (audit.", digest, " = $7::bytea OR (audit.", digest,
      " = ''::bytea AND first_sequence > 0 AND (first_sequence <= (SELECT trimmed_sequence FROM "
      "log) OR "
      "NOT EXISTS (SELECT 1 FROM event WHERE event.",
      digest, " = $8::bytea) OR EXISTS (SELECT 1 FROM event WHERE event.", digest,
      " = $8::bytea AND sequence BETWEEN first_sequence AND last_sequence) OR "
      "time_us < $9::bigint + (SELECT max(erasure.time_us) FROM audit AS erasure WHERE ",
      kIsErasure, " AND erasure.", digest, " IN ($7::bytea, ''::bytea)))))");
}

void AddSubject(const AuditQuery& query, const LogKeys& keys, std::vector<Value>& values) {
  if (!query.reference.empty()) {
    values.push_back(Value::Bytes(AuditReferenceDigest(query.reference, keys)));
    values.push_back(Value::Bytes(LookupDigest(keys.reference, query.reference)));
  } else {
    values.push_back(Value::Bytes(AuditCustIdDigest(query.cust_id, keys)));
    values.push_back(Value::Bytes(LookupDigest(keys.cust_id, query.cust_id)));
  }
  values.push_back(Value::Integer(absl::ToInt64Microseconds(kErasing)));
}

AuditEnd EndIn(const Rows& rows) {
  if (rows.size() == 0) return {};
  return {rows.Integer(0, 0), rows.Integer(0, 1), std::string(rows.Bytes(0, 2))};
}

}  // namespace

absl::StatusOr<bool> MayWriteAudit(Connection& connection, absl::Duration limit) {
  Trip trip;
  trip.Add(kMayWrite);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  return answers->front().Integer(0, 0) != 0;
}

absl::Status LacksAuditRights() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message =
      "this process's role lacks its rights over the event log's table audit: run roles.sql as "
      "the tables' owner, as after each new schema";
  return ToStatus(error);
}

absl::Status WriteAudit(Connection& connection, absl::Duration limit, const LogIdentity& log,
                        const std::vector<const AuditNote*>& notes, absl::Time now) {
  Trip look;
  look.Add(kEnd);
  const absl::StatusOr<std::vector<Rows>> found = connection.Run(look, limit);
  if (!found.ok()) return found.status();
  AuditEnd end = EndIn(found->front());
  Trip write;
  for (const AuditNote* note : notes) {
    const AuditRow row = RowAfter(end, *note, now, log);
    write.Add(kInsert,
              {Value::Integer(row.id), Value::Integer(row.time_us), Value::Bytes(row.caller),
               Value::Bytes(row.act), Value::Bytes(row.outcome), Value::Bytes(row.source),
               Value::Bytes(row.reference_digest), Value::Bytes(row.cust_id_digest),
               Value::Integer(row.first_sequence), Value::Integer(row.last_sequence),
               Value::Integer(row.times), Value::Bytes(row.purpose_digest),
               Value::Bytes(row.sealed_purpose), Value::Bytes(row.chain)});
    end = {row.id, row.time_us, row.chain};
  }
  return connection.Run(write, limit).status();
}

absl::StatusOr<AuditPage> ReadAudit(Connection& connection, absl::Duration limit,
                                    const LogIdentity& log, const AuditQuery& query) {
  Trip look;
  look.Add(kEndBefore, {Value::Integer(query.below == 0 ? kNewest : query.below)});
  const absl::StatusOr<std::vector<Rows>> newest = connection.Run(look, limit);
  if (!newest.ok()) return newest.status();
  const AuditWindow window = WindowThrough(EndIn(newest->front()).id);
  std::vector<Value> values = {Value::Integer(window.low),
                               Value::Integer(window.below),
                               Value::Integer(AuditMicros(query.from)),
                               Value::Integer(AuditMicros(query.until)),
                               Value::Bytes(query.caller),
                               Value::Integer(query.limit)};
  std::string sql = absl::StrCat("SELECT ", kAuditColumns, kSelect);
  if (!query.reference.empty() || !query.cust_id.empty()) {
    sql += OfSubject(query.reference.empty() ? "cust_id_digest" : "reference_digest");
    AddSubject(query, log.keys, values);
  }
  Trip trip;
  trip.Add(sql + " ORDER BY id DESC LIMIT $6::bigint", std::move(values));
  trip.Add(kEndBefore, {Value::Integer(window.low)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  AuditPage page;
  for (int at = 0; at < rows.size(); ++at) {
    absl::StatusOr<AuditEntry> entry = EntryAfter(rows.Bytes(at, kColumns), RowIn(rows, at), log);
    if (!entry.ok()) return entry.status();
    page.entries.push_back(*std::move(entry));
  }
  page.below = NextBelow(page.entries, query, window, EndIn(answers->back()));
  return page;
}

absl::StatusOr<int64_t> TrimAudit(Connection& connection, absl::Duration limit, absl::Time before) {
  Trip trip;
  trip.Add(kTrim, {Value::Integer(AuditMicros(before))});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  return answers->front().affected();
}

}  // namespace kyc::events::postgres
