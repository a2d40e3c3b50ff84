#include "server/events/read_bounds.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/log_damage.h"

namespace kyc::events {

absl::Status SeveralAccounts() {
  return InvalidRequest(
      {{"account", "must be given: events of several accounts have this reference"}});
}

absl::Status HasNoGap(const std::vector<Event>& events, int64_t below, int64_t after, int limit) {
  int64_t next = below - 1;
  for (const Event& event : events) {
    if (event.position.sequence != next) {
      return LogDamaged(absl::StrCat("event ", next, " is missing"));
    }
    --next;
  }
  if (next <= after || events.size() == static_cast<size_t>(limit)) return absl::OkStatus();
  return LogDamaged(absl::StrCat("event ", next, " is missing"));
}

}  // namespace kyc::events
