// A call that is noted in the audit log before it shows or does anything.
#ifndef SERVER_EVENTS_AUDITED_H_
#define SERVER_EVENTS_AUDITED_H_

#include <string>

#include "absl/status/status.h"
#include "server/call/call_context.h"
#include "server/events/audit.h"

namespace kyc::events {

// What is noted of a call; `act` is the rpc.
AuditNote NoteOf(const CallContext& context, std::string act);

// The final caller error of an entry that could not be written: UNAVAILABLE LOG_UNAVAILABLE. What
// was asked for was not done.
absl::Status NotNoted();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_AUDITED_H_
