// What libpq is told of a server: its keywords and their values. Pure.
#ifndef SERVER_EVENTS_POSTGRES_KEYWORDS_H_
#define SERVER_EVENTS_POSTGRES_KEYWORDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::events::postgres {

using Keywords = std::vector<std::pair<std::string, std::string>>;

// A keyword's value; empty if there is none.
std::string ValueOf(const Keywords& keywords, absl::string_view keyword);

// Those of several hosts ("a,b"), of each host by itself. Where there are not as many of what a
// host has of its own, the first one stands for all.
std::vector<Keywords> ByHost(const Keywords& all);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_KEYWORDS_H_
