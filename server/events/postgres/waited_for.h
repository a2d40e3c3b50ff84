// What synchronous_standby_names says: for which standbys, and for how many of them, a commit
// waits.
#ifndef SERVER_EVENTS_POSTGRES_WAITED_FOR_H_
#define SERVER_EVENTS_POSTGRES_WAITED_FOR_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::events::postgres {

struct WaitedFor {
  int count = 0;                   // 0: for none.
  bool any = false;                // ANY: whichever of them are first; else the first in order.
  std::vector<std::string> names;  // "*" is every one.
};

// Of "ANY 1 (a,b)", "FIRST 2 (a, \"b-c\")", "2 (a,b)", "a,b", "*" and "". Pure.
WaitedFor WaitedForIn(absl::string_view text);

// Whether it waits for whoever attaches.
bool WaitsForAnybody(const WaitedFor& waited);
// How many of these are among those for which it waits while all are attached. Compared as the
// server does: without regard to case. "*" is the name of none.
int CountOf(const WaitedFor& waited, const std::vector<std::string>& names);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_WAITED_FOR_H_
