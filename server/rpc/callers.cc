#include "server/rpc/callers.h"

#include "absl/strings/match.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"

namespace kyc::rpc {
namespace {

bool IsLoopback(absl::string_view peer) {
  // gRPC percent-encodes the brackets of an IPv6 address.
  return absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "ipv6:[::1]") ||
         absl::StartsWith(peer, "ipv6:%5B::1%5D") || absl::StartsWith(peer, "unix:");
}

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
                                                 absl::string_view peer) {
  if (!authorization.has_value()) {
    for (const config::Caller& caller : callers) {
      if (caller.loopback && IsLoopback(peer)) return &caller;
    }
    return Unauthenticated(
        "No configured caller matches a call without a token from this address: send the header "
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
