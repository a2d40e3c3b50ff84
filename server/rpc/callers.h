// Who calls.
#ifndef SERVER_RPC_CALLERS_H_
#define SERVER_RPC_CALLERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/config/settings.h"

namespace kyc::rpc {

// Finds the first configured caller that a call matches: one with a bearer token by that token, one
// with `loopback` when the call carries no token and comes from this machine. `authorization` is
// the header's value, `peer` gRPC's text for the other end ("ipv4:127.0.0.1:4711").
// UNAUTHENTICATED CALLER_UNAUTHENTICATED if there is none. Pure.
absl::StatusOr<const config::Caller*> FindCaller(const std::vector<config::Caller>& callers,
                                                 absl::optional<absl::string_view> authorization,
                                                 absl::string_view peer);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALLERS_H_
