// An UpgradeFilter as SQL over the table event.
#ifndef SERVER_EVENTS_POSTGRES_FILTER_SQL_H_
#define SERVER_EVENTS_POSTGRES_FILTER_SQL_H_

#include <string>
#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/log_keys.h"
#include "server/events/postgres/values.h"

namespace kyc::events::postgres {

struct FilterSql {
  // " AND column = ANY($3::bytea[])" for each field of the filter that is set, and its values.
  std::string conditions;
  std::vector<Value> values;
  // What to order by: where a reference or customer is looked up, not the bare column, because the
  // planner would rather walk through all events in order.
  std::string order = "sequence";
  // It lets every event through.
  bool all = true;
  // Whether finding no match is cheap.
  bool by_index = false;
};

// `first_parameter` is the number of the first of its values.
FilterSql ToSql(const ::netzme::v1::UpgradeFilter& filter, const LogKeys& keys,
                int first_parameter);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_FILTER_SQL_H_
