// What is done to the events of somebody who has a right to it. The same for every engine.
#ifndef SERVER_EVENTS_PERSONAL_ACT_H_
#define SERVER_EVENTS_PERSONAL_ACT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/events/event_row.h"
#include "server/events/log_identity.h"

namespace kyc::events {

// So many events are changed by one transaction.
inline constexpr int kEventsPerAct = 256;

// The digests that stand for a subject; an empty one was not given.
struct SubjectDigests {
  std::string reference;
  std::string cust_id;
  std::string account;
  std::string call;  // As calls with keys carry it, whatever their account.
};
SubjectDigests DigestsOf(const Subject& subject, const LogKeys& keys);

// The columns of an event once it is erased: nothing in them is anybody's. What cannot be opened
// is erased just as well.
struct ErasedColumns {
  std::string reference_digest;  // Random: it is found by nothing, and is no other event's.
  SealedColumns sealed;
};
ErasedColumns Erase(const EventRow& row, const std::string& caller, absl::Time now,
                    const LogIdentity& log);

// The answer where nothing of a subject is kept.
absl::Status SubjectNotFound();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_PERSONAL_ACT_H_
