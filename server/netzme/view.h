// How much of an event a caller sees.
#ifndef SERVER_NETZME_VIEW_H_
#define SERVER_NETZME_VIEW_H_

#include <vector>

#include "absl/status/status.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/call_context.h"
#include "server/call/error.h"

namespace kyc::netzme {

// VIEW_UNSPECIFIED means VIEW_BASIC.
::netzme::v1::View EffectiveView(::netzme::v1::View view);

// What is wrong with a request's `view`: a number that no view has.
std::vector<Violation> ViewViolations(::netzme::v1::View view);

// PERMISSION_DENIED CALLER_FORBIDDEN if this caller may not see so much.
absl::Status CheckMaySee(const CallContext& context, ::netzme::v1::View view);

// Takes out of a whole event what the view hides.
void Hide(::netzme::v1::View view, ::netzme::v1::UpgradeEvent& event);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_VIEW_H_
