#include "server/admin/usage_service.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/events/log_error.h"
#include "server/usage/days.h"

namespace kyc::admin {
namespace {

using usage::DayIn;
using usage::DayText;

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

// What `group` names; null if it names nothing.
bool* FieldOf(v1::UsageGroup group, events::UsageQuery& query) {
  switch (group) {
    case v1::USAGE_GROUP_DATE:
      return &query.by_day;
    case v1::USAGE_GROUP_CALLER:
      return &query.by_caller;
    case v1::USAGE_GROUP_ACCOUNT:
      return &query.by_account;
    case v1::USAGE_GROUP_METHOD:
      return &query.by_method;
    case v1::USAGE_GROUP_OUTCOME:
      return &query.by_billing;
    case v1::USAGE_GROUP_REASON:
      return &query.by_reason;
    default:
      return nullptr;
  }
}

absl::StatusOr<events::UsageQuery> QueryOf(const v1::ListUsageRequest& request) {
  std::vector<Violation> violations;
  events::UsageQuery query;
  const std::string& last = request.to_date().empty() ? request.from_date() : request.to_date();
  const absl::optional<int64_t> from = DayIn(request.from_date());
  const absl::optional<int64_t> to = DayIn(last);
  if (!from.has_value()) violations.push_back({"from_date", "must be a day like 2026-11-01"});
  if (from.has_value() && !to.has_value()) {
    violations.push_back({"to_date", "must be empty or a day like 2026-11-30"});
  }
  if (from.has_value() && to.has_value() && *to < *from) {
    violations.push_back({"to_date", "must not lie before from_date"});
  }
  for (const int group : request.group_by()) {
    bool* const field = FieldOf(static_cast<v1::UsageGroup>(group), query);
    if (field == nullptr) {
      violations.push_back({"group_by", "must name groups that there are"});
      break;
    }
    *field = true;
  }
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    violations.push_back({"page_size", "must be 0 to 1000"});
  }
  if (!violations.empty()) return InvalidRequest(std::move(violations));
  query.first_day = *from;
  query.last_day = *to;
  query.limit = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  return query;
}

v1::UsageRow ToProto(const events::UsageCount& count, const events::UsageQuery& query) {
  v1::UsageRow row;
  if (query.by_day) row.set_date(DayText(count.key.day));
  row.set_caller(count.key.caller);
  row.set_account(count.key.account);
  row.set_method(count.key.method);
  if (query.by_billing) row.set_outcome(static_cast<v1::UsageOutcome>(count.key.billing));
  row.set_reason(count.key.reason);
  row.set_calls(count.calls);
  return row;
}

// A token is the last row that was shown, behind a letter: a row may be empty.
std::string TokenOf(v1::UsageRow row) {
  row.clear_calls();
  return absl::StrCat("r", absl::WebSafeBase64Escape(row.SerializeAsString()));
}

absl::optional<events::UsageKey> PlaceIn(absl::string_view token) {
  std::string bytes;
  v1::UsageRow row;
  if (!absl::ConsumePrefix(&token, "r") || !absl::WebSafeBase64Unescape(token, &bytes) ||
      !row.ParseFromString(bytes)) {
    return absl::nullopt;
  }
  const absl::optional<int64_t> day = row.date().empty() ? 0 : DayIn(row.date());
  if (!day.has_value()) return absl::nullopt;
  return events::UsageKey{.day = *day,
                          .caller = row.caller(),
                          .account = row.account(),
                          .method = row.method(),
                          .billing = static_cast<events::Billing>(row.outcome()),
                          .reason = row.reason()};
}

absl::StatusOr<v1::ListUsageResponse> ReadPage(const events::Usage& usage,
                                               events::UsageQuery query) {
  const int page_size = query.limit;
  // One more tells whether there is a next page.
  ++query.limit;
  const absl::StatusOr<std::vector<events::UsageCount>> rows = usage.ListUsage(query);
  if (!rows.ok()) return events::LogError(rows.status());
  v1::ListUsageResponse page;
  for (const events::UsageCount& row : *rows) {
    if (page.rows_size() == page_size) {
      page.set_next_page_token(TokenOf(page.rows(page_size - 1)));
      break;
    }
    *page.add_rows() = ToProto(row, query);
  }
  return page;
}

}  // namespace

void UsageService::List(CallContext, v1::ListUsageRequest request,
                        Done<v1::ListUsageResponse> done) {
  absl::StatusOr<events::UsageQuery> query = QueryOf(request);
  if (!query.ok()) return std::move(done)(query.status());
  if (!request.page_token().empty()) {
    query->after = PlaceIn(request.page_token());
    if (!query->after.has_value()) return std::move(done)(events::UnknownPageToken());
  }
  run_blocking_([&usage = usage_, query = *std::move(query), done = std::move(done)]() mutable {
    std::move(done)(ReadPage(usage, std::move(query)));
  });
}

}  // namespace kyc::admin
