#include "server/events/sqlite/usage_rows.h"

#include <limits>
#include <string>

namespace kyc::events {
namespace {

constexpr char kBegin[] =
    "INSERT INTO usage_batch (run_id, number, day) VALUES (?, ?, ?) ON CONFLICT (run_id) "
    "DO UPDATE SET number = excluded.number, day = excluded.day WHERE number < excluded.number";
constexpr char kAdd[] =
    "INSERT INTO usage (day, caller, account, method, billing, reason, calls) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, caller, account, method, billing, reason) "
    "DO UPDATE SET calls = calls + excluded.calls";
constexpr char kList[] =
    "SELECT d, c, a, m, b, r, SUM(calls) FROM (SELECT "
    "IIF(?3, day, 0) AS d, IIF(?4, caller, x'') AS c, IIF(?5, account, x'') AS a, "
    "IIF(?6, method, x'') AS m, IIF(?7, billing, 0) AS b, IIF(?8, reason, x'') AS r, calls "
    "FROM usage WHERE day BETWEEN ?1 AND ?2) "
    "WHERE (d, c, a, m, b, r) > (?9, ?10, ?11, ?12, ?13, ?14) "
    "GROUP BY d, c, a, m, b, r ORDER BY d, c, a, m, b, r LIMIT ?15";

}  // namespace

absl::Status WriteUsage(Database& database, absl::string_view run_id, const UsageBatch& batch) {
  if (batch.counts.empty()) return absl::OkStatus();
  absl::StatusOr<Statement> begin = database.Prepare(kBegin);
  if (!begin.ok()) return begin.status();
  begin->Bind(run_id).Bind(batch.number).Bind(batch.counts.back().key.day);
  if (absl::Status begun = begin->Run(); !begun.ok()) return begun;
  if (database.changes() == 0) return absl::OkStatus();  // It was added before.
  absl::StatusOr<Statement> add = database.Prepare(kAdd);
  if (!add.ok()) return add.status();
  for (const UsageCount& count : batch.counts) {
    add->Bind(count.key.day)
        .Bind(count.key.caller)
        .Bind(count.key.account)
        .Bind(count.key.method)
        .Bind(static_cast<int64_t>(count.key.billing))
        .Bind(count.key.reason)
        .Bind(count.calls);
    if (absl::Status added = add->Run(); !added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<UsageCount>> ReadUsage(Database& database, const UsageQuery& query) {
  absl::StatusOr<Statement> list = database.Prepare(kList);
  if (!list.ok()) return list.status();
  list->Bind(query.first_day).Bind(query.last_day);
  for (const bool by : {query.by_day, query.by_caller, query.by_account, query.by_method,
                        query.by_billing, query.by_reason}) {
    list->Bind(int64_t{by});
  }
  // Before all rows: no day is so early.
  const UsageKey after = query.after.value_or(UsageKey{.day = std::numeric_limits<int64_t>::min()});
  list->Bind(after.day)
      .Bind(after.caller)
      .Bind(after.account)
      .Bind(after.method)
      .Bind(static_cast<int64_t>(after.billing))
      .Bind(after.reason)
      .Bind(int64_t{query.limit});
  std::vector<UsageCount> rows;
  for (;;) {
    const absl::StatusOr<bool> more = list->Step();
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    rows.push_back({{.day = list->Integer(0),
                     .caller = std::string(list->Bytes(1)),
                     .account = std::string(list->Bytes(2)),
                     .method = std::string(list->Bytes(3)),
                     .billing = static_cast<Billing>(list->Integer(4)),
                     .reason = std::string(list->Bytes(5))},
                    list->Integer(6)});
  }
}

absl::StatusOr<int64_t> TrimUsage(Database& database, absl::Time before) {
  const int64_t before_day = absl::ToUnixSeconds(before) / (24 * 60 * 60);
  const absl::StatusOr<int64_t> oldest =
      database.QueryInteger("SELECT COALESCE((SELECT MIN(day) FROM usage), 0)");
  if (!oldest.ok()) return oldest.status();
  if (*oldest == 0 || *oldest >= before_day) return 0;
  int64_t removed = 0;
  for (const char* sql :
       {"DELETE FROM usage_batch WHERE day <= ?", "DELETE FROM usage WHERE day <= ?"}) {
    absl::StatusOr<Statement> remove = database.Prepare(sql);
    if (!remove.ok()) return remove.status();
    if (absl::Status status = remove->Bind(*oldest).Run(); !status.ok()) return status;
    removed = database.changes();
  }
  return removed;
}

}  // namespace kyc::events
