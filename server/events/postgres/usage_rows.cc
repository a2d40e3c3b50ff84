#include "server/events/postgres/usage_rows.h"

#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "absl/types/optional.h"
#include "server/call/error.h"

namespace kyc::events::postgres {
namespace {

// One statement, so that a batch that was added before adds nothing.
constexpr Statement kAdd = {
    "usage_add",
    "WITH begun AS (INSERT INTO usage_batch AS there (run_id, number, day) "
    "VALUES ($1::bytea, $2::bigint, $3::bigint) ON CONFLICT (run_id) DO UPDATE "
    "SET number = EXCLUDED.number, day = EXCLUDED.day WHERE there.number < EXCLUDED.number "
    "RETURNING 1) "
    "INSERT INTO usage AS there (day, caller, account, method, billing, reason, calls) "
    "SELECT * FROM unnest($4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bigint[], "
    "$9::bytea[], $10::bigint[]) WHERE EXISTS (SELECT FROM begun) "
    "ON CONFLICT (day, caller, account, method, billing, reason) "
    "DO UPDATE SET calls = there.calls + EXCLUDED.calls"};
constexpr Statement kMayWrite = {
    "usage_may_write",
    "SELECT bool_and(has_table_privilege(of_table, to_do)) FROM unnest("
    "ARRAY['kyc.usage', 'kyc.usage_batch']) AS of_table, "
    "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS to_do"};
constexpr Statement kList = {
    "usage_list",
    "SELECT d, c, a, m, b, r, sum(calls)::bigint FROM (SELECT "
    "CASE WHEN $3::bigint = 1 THEN day ELSE 0 END AS d, "
    "CASE WHEN $4::bigint = 1 THEN caller ELSE ''::bytea END AS c, "
    "CASE WHEN $5::bigint = 1 THEN account ELSE ''::bytea END AS a, "
    "CASE WHEN $6::bigint = 1 THEN method ELSE ''::bytea END AS m, "
    "CASE WHEN $7::bigint = 1 THEN billing ELSE 0 END AS b, "
    "CASE WHEN $8::bigint = 1 THEN reason ELSE ''::bytea END AS r, calls "
    "FROM usage WHERE day BETWEEN $1::bigint AND $2::bigint) AS rows "
    "WHERE (d, c, a, m, b, r) > ($9::bigint, $10::bytea, $11::bytea, $12::bytea, $13::bigint, "
    "$14::bytea) GROUP BY d, c, a, m, b, r ORDER BY d, c, a, m, b, r LIMIT $15::bigint"};
constexpr Statement kTrimBatches = {
    "usage_trim_batches",
    "DELETE FROM usage_batch WHERE day < $1::bigint AND day <= (SELECT min(day) FROM usage)"};
constexpr Statement kTrim = {
    "usage_trim",
    "DELETE FROM usage WHERE day < $1::bigint AND day = (SELECT min(day) FROM usage)"};

absl::Status LacksRights() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message =
      "this process's role lacks its rights over the event log's tables usage and usage_batch: run "
      "roles.sql as the tables' owner, as after each new schema";
  return ToStatus(error);
}

void AddBatch(absl::string_view run_id, const UsageBatch& batch, Trip& trip) {
  if (batch.counts.empty()) return;
  std::vector<int64_t> days, billings, calls;
  std::vector<absl::optional<absl::string_view>> callers, accounts, methods, reasons;
  for (const UsageCount& count : batch.counts) {
    days.push_back(count.key.day);
    callers.emplace_back(count.key.caller);
    accounts.emplace_back(count.key.account);
    methods.emplace_back(count.key.method);
    billings.push_back(static_cast<int64_t>(count.key.billing));
    reasons.emplace_back(count.key.reason);
    calls.push_back(count.calls);
  }
  trip.Add(kAdd, {Value::Bytes(run_id), Value::Integer(batch.number), Value::Integer(days.back()),
                  Value::Integers(days), Value::ByteArrays(callers), Value::ByteArrays(accounts),
                  Value::ByteArrays(methods), Value::Integers(billings), Value::ByteArrays(reasons),
                  Value::Integers(calls)});
}

}  // namespace

UsageWrites::UsageWrites(std::vector<WriteRequest>& requests) {
  for (WriteRequest& request : requests) {
    if (auto* used = std::get_if<UsageRequest>(&request)) requests_.push_back(used);
  }
}

void UsageWrites::Ask(Trip& trip) const { trip.Add(kMayWrite); }

void UsageWrites::Take(const Rows& answer) {
  may_ = answer.Integer(0, 0) != 0;
  for (UsageRequest* request : requests_) {
    request->answer = may_ ? absl::OkStatus() : LacksRights();
  }
}

void UsageWrites::Write(absl::string_view run_id, Trip& trip) const {
  if (!may_) return;
  for (const UsageRequest* request : requests_) AddBatch(run_id, request->batch, trip);
}

absl::StatusOr<std::vector<UsageCount>> ReadUsage(Connection& connection, absl::Duration limit,
                                                  const UsageQuery& query) {
  std::vector<Value> values = {Value::Integer(query.first_day), Value::Integer(query.last_day)};
  for (const bool by : {query.by_day, query.by_caller, query.by_account, query.by_method,
                        query.by_billing, query.by_reason}) {
    values.push_back(Value::Integer(int64_t{by}));
  }
  // Before all rows: no day is so early.
  const UsageKey after = query.after.value_or(UsageKey{.day = std::numeric_limits<int64_t>::min()});
  values.insert(values.end(),
                {Value::Integer(after.day), Value::Bytes(after.caller), Value::Bytes(after.account),
                 Value::Bytes(after.method), Value::Integer(static_cast<int64_t>(after.billing)),
                 Value::Bytes(after.reason), Value::Integer(query.limit)});
  Trip trip;
  trip.Add(kList, std::move(values));
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  std::vector<UsageCount> counts;
  for (int row = 0; row < rows.size(); ++row) {
    counts.push_back({{.day = rows.Integer(row, 0),
                       .caller = std::string(rows.Bytes(row, 1)),
                       .account = std::string(rows.Bytes(row, 2)),
                       .method = std::string(rows.Bytes(row, 3)),
                       .billing = static_cast<Billing>(rows.Integer(row, 4)),
                       .reason = std::string(rows.Bytes(row, 5))},
                      rows.Integer(row, 6)});
  }
  return counts;
}

absl::StatusOr<int64_t> TrimUsage(Connection& connection, absl::Duration limit, absl::Time before) {
  const Value before_day = Value::Integer(absl::ToUnixSeconds(before) / (24 * 60 * 60));
  Trip trip;
  trip.Add(kTrimBatches, {before_day}).Add(kTrim, {before_day});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  return answers->back().affected();
}

}  // namespace kyc::events::postgres
