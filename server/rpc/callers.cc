#include "server/rpc/callers.h"

#include "absl/strings/match.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"

namespace kyc::rpc {
namespace {

absl::Status Unauthenticated(absl::string_view message) {
  Error error;
  error.code = absl::StatusCode::kUnauthenticated;
  error.reason = "CALLER_UNAUTHENTICATED";
  error.message = std::string(message);
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

}  // namespace

absl::StatusOr<const config::Caller*> FindCaller(const std::vector<config::Caller>& callers,
                                                 absl::optional<absl::string_view> authorization,
                                                 bool trusted) {
  if (!authorization.has_value()) {
    for (const config::Caller& caller : callers) {
      if (caller.loopback && trusted) return &caller;
    }
    return Unauthenticated(
        "No configured caller matches a call without a token by this listener: send the header "
        "`authorization: Bearer TOKEN`, or add a caller to the configuration");
  }
  absl::string_view token = *authorization;
  if (token.size() < 7 || !absl::EqualsIgnoreCase(token.substr(0, 7), "Bearer ")) {
    return Unauthenticated("The authorization header is not of the form `Bearer TOKEN`");
  }
  token.remove_prefix(7);
  for (const config::Caller& caller : callers) {
    if (!caller.bearer_token.empty() && crypto::SecretEquals(caller.bearer_token, token)) {
      return &caller;
    }
  }
  return Unauthenticated("The bearer token belongs to no configured caller");
}

}  // namespace kyc::rpc
