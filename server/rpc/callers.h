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
// with `loopback` when the call carries no token and is `trusted`. `authorization` is the header's
// value. UNAUTHENTICATED CALLER_UNAUTHENTICATED if there is none. Pure.
absl::StatusOr<const config::Caller*> FindCaller(const std::vector<config::Caller>& callers,
                                                 absl::optional<absl::string_view> authorization,
                                                 bool trusted);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALLERS_H_
