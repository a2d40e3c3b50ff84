#include "server/netzme/view.h"

#include "server/call/personal.h"

namespace kyc::netzme {

using ::netzme::v1::View;

View EffectiveView(View view) {
  return view == ::netzme::v1::VIEW_UNSPECIFIED ? ::netzme::v1::VIEW_BASIC : view;
}

std::vector<Violation> ViewViolations(View view) {
  if (::netzme::v1::View_IsValid(view)) return {};
  return {{"view", "must be VIEW_BASIC or VIEW_FULL"}};
}

absl::Status CheckMaySee(const CallContext& context, View view) {
  if (EffectiveView(view) == ::netzme::v1::VIEW_BASIC || context.allow_full_view) return {};
  Error error;
  error.code = absl::StatusCode::kPermissionDenied;
  error.reason = "CALLER_FORBIDDEN";
  error.message = "This caller is not allowed to use VIEW_FULL";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}, {"why", "full_view"}};
  return ToStatus(error);
}

void Hide(View view, ::netzme::v1::UpgradeEvent& event) {
  if (view != ::netzme::v1::VIEW_FULL) ClearFullOnly(event);
}

}  // namespace kyc::netzme
