// What a call says of itself before its message: who calls, until when, under which id.
#ifndef SERVER_RPC_CALL_HEAD_H_
#define SERVER_RPC_CALL_HEAD_H_

#include <grpcpp/server_context.h>

#include <vector>

#include "absl/status/statusor.h"
#include "server/call/call_context.h"
#include "server/config/settings.h"

namespace kyc::rpc {

// See FindCaller.
absl::StatusOr<const config::Caller*> CallerOf(const grpc::ServerContextBase& head,
                                               const std::vector<config::Caller>& callers);

// All of the context but `cancel`. `caller` is null for methods that anybody may call. The request
// id is the caller's x-request-id where it is 1 to 128 visible ASCII characters, else empty.
CallContext ContextOf(const grpc::ServerContextBase& head, const config::Grpc& limits,
                      const config::Caller* caller);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_HEAD_H_
