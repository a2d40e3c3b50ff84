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

// Of "ANY 1 (a,b)", "FIRST 2 (a, \"b-c\")", "2 (a,b)", "a,b", "*" and "". Pure. No name has a
// comma.
WaitedFor WaitedForIn(absl::string_view text);

// Whether it waits for one of these, as the server compares them: without regard to case.
bool NamesAnyOf(const WaitedFor& waited, const std::vector<std::string>& names);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_WAITED_FOR_H_
