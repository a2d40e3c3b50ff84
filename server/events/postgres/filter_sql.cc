#include "server/events/postgres/filter_sql.h"

#include "absl/strings/str_cat.h"

namespace kyc::events::postgres {
namespace {

class Conditions {
 public:
  Conditions(FilterSql& sql, int first_parameter) : sql_(sql), next_(first_parameter) {}

  void Add(absl::string_view column, absl::string_view type, Value value) {
    absl::StrAppend(&sql_.conditions, " AND ", column, " = ANY($", next_++, "::", type, ")");
    sql_.values.push_back(std::move(value));
    sql_.all = false;
  }

  template <typename Texts>
  void AddDigests(absl::string_view column, const Texts& texts, const Secret& key,
                  bool empty_is_none = false) {
    if (texts.empty()) return;
    std::vector<std::string> digests;
    for (const std::string& text : texts) {
      digests.push_back(empty_is_none && text.empty() ? "" : LookupDigest(key, text));
    }
    Add(column, "bytea[]", Value::ByteArrays({digests.begin(), digests.end()}));
  }

 private:
  FilterSql& sql_;
  int next_;
};

}  // namespace

FilterSql ToSql(const ::netzme::v1::UpgradeFilter& filter, const LogKeys& keys,
                int first_parameter) {
  FilterSql sql;
  Conditions conditions(sql, first_parameter);
  conditions.AddDigests("reference_digest", filter.original_reference_nos(), keys.reference);
  conditions.AddDigests("cust_id_digest", filter.cust_ids(), keys.cust_id);
  if (filter.statuses_size() > 0) {
    conditions.Add("status", "bigint[]",
                   Value::Integers({filter.statuses().begin(), filter.statuses().end()}));
  }
  conditions.AddDigests("type_digest", filter.types(), keys.type, true);
  conditions.AddDigests("account_digest", filter.accounts(), keys.account);
  sql.by_index = filter.original_reference_nos_size() > 0 || filter.cust_ids_size() > 0;
  if (sql.by_index) sql.order = "sequence + 0";
  return sql;
}

}  // namespace kyc::events::postgres
