// An UpgradeFilter as SQL over the table event.
#ifndef SERVER_EVENTS_SQLITE_FILTER_SQL_H_
#define SERVER_EVENTS_SQLITE_FILTER_SQL_H_

#include <string>

#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/log_keys.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

struct FilterSql {
  // What stands after FROM. The index is named, not left to the planner: by reference or customer
  // the few matches are found at once, everything else walks the events in order.
  std::string table;
  // " AND column IN (?, ?)" for each field of the filter that is set.
  std::string conditions;
  // Whether finding no match is cheap.
  bool by_index = false;
  // Whether every event matches.
  bool all = false;
};

FilterSql ToSql(const ::netzme::v1::UpgradeFilter& filter);

// Binds the parameters of the filter's conditions.
void BindFilter(const ::netzme::v1::UpgradeFilter& filter, const LogKeys& keys,
                Statement& statement);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_FILTER_SQL_H_
