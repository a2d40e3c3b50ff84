#include "server/events/sqlite/filter_sql.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kyc::events {
namespace {

void AddCondition(absl::string_view column, int alternatives, FilterSql& sql) {
  if (alternatives == 0) return;
  const std::vector<absl::string_view> parameters(static_cast<size_t>(alternatives), "?");
  absl::StrAppend(&sql.conditions, " AND ", column, " IN (", absl::StrJoin(parameters, ", "), ")");
}

}  // namespace

FilterSql ToSql(const ::netzme::v1::UpgradeFilter& filter) {
  FilterSql sql;
  AddCondition("reference_digest", filter.original_reference_nos_size(), sql);
  AddCondition("cust_id_digest", filter.cust_ids_size(), sql);
  AddCondition("status", filter.statuses_size(), sql);
  AddCondition("type_digest", filter.types_size(), sql);
  AddCondition("account_digest", filter.accounts_size(), sql);
  if (filter.original_reference_nos_size() > 0) {
    sql.table = "event INDEXED BY event_by_reference";
  } else if (filter.cust_ids_size() > 0) {
    sql.table = "event INDEXED BY event_by_cust_id";
  } else {
    sql.table = "event NOT INDEXED";
  }
  sql.all = sql.conditions.empty();
  sql.by_index = filter.original_reference_nos_size() > 0 || filter.cust_ids_size() > 0;
  return sql;
}

void BindFilter(const ::netzme::v1::UpgradeFilter& filter, const LogKeys& keys,
                Statement& statement) {
  for (const std::string& reference : filter.original_reference_nos()) {
    statement.Bind(LookupDigest(keys.reference, reference));
  }
  for (const std::string& cust_id : filter.cust_ids()) {
    statement.Bind(LookupDigest(keys.cust_id, cust_id));
  }
  for (const int status : filter.statuses()) statement.Bind(status);
  for (const std::string& type : filter.types()) {
    statement.Bind(type.empty() ? std::string() : LookupDigest(keys.type, type));
  }
  for (const std::string& account : filter.accounts()) {
    statement.Bind(LookupDigest(keys.account, account));
  }
}

}  // namespace kyc::events
