#include "server/events/audited.h"

#include <utility>

#include "server/call/error.h"

namespace kyc::events {

AuditNote NoteOf(const CallContext& context, std::string act) {
  AuditNote note;
  note.caller = context.caller;
  note.act = std::move(act);
  note.purpose = context.purpose;
  return note;
}

absl::Status NotNoted() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "Nothing was shown or done, because it could not be noted in the audit log";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

}  // namespace kyc::events
