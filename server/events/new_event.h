// What a notification becomes: its digests, its place and its columns. The same for every engine;
// pure but for the random event id.
#ifndef SERVER_EVENTS_NEW_EVENT_H_
#define SERVER_EVENTS_NEW_EVENT_H_

#include <string>

#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/event_row.h"
#include "server/events/judge.h"
#include "server/events/log_identity.h"
#include "server/events/place.h"

namespace kyc::events {

// Under what an event is found, 16 bytes each. Reference and account together are whose event it
// is.
struct EventDigests {
  std::string reference;
  std::string account;
  std::string content;
  std::string cust_id;  // Empty: it has none.
  std::string type;     // Empty: it has none.
};
EventDigests DigestsOf(const ::netzme::v1::UpgradeEvent& notification, const LogKeys& keys);

struct NewEvent {
  Event event;
  std::string event_id;  // 16 random bytes.
  Place place;
  SealedColumns sealed;
};
// The event just after `end`, by a verdict that it is to be appended. `older_has`: an event of its
// reference before the latest has the same content.
NewEvent MakeEvent(::netzme::v1::UpgradeEvent notification, const EventDigests& digests,
                   const Verdict& verdict, bool older_has, const Place& end, absl::Time now,
                   const LogIdentity& log);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_NEW_EVENT_H_
