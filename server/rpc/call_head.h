// What a call says of itself before its message: who calls, until when, under which id.
#ifndef SERVER_RPC_CALL_HEAD_H_
#define SERVER_RPC_CALL_HEAD_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_context.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/call_context.h"
#include "server/call/span.h"
#include "server/config/settings.h"
#include "server/rpc/callers.h"

namespace kyc::rpc {

// What the call and its connection show of who calls.
Shown ShownBy(const grpc::ServerContextBase& head);

// How long the caller waits for the call's end; infinite where it does not say.
absl::Duration TimeAsked(const grpc::ServerContext& head);

// Who calls what anybody may call: the other end, without the port, of which one may have many.
std::string AddressOf(const grpc::ServerContextBase& head);

// The size of the caller's headers and its path as HTTP/2 counts it.
int64_t HeaderBytes(const grpc::GenericServerContext& head);

// The caller's x-request-id where it is 1 to 128 visible ASCII characters, else empty.
std::string RequestIdIn(const grpc::ServerContextBase& head);

// All of the context but its request id, `arrived` and `cancel`. `caller` is null for methods that
// anybody may call; they are in no trace.
void FillIn(CallContext& context, const grpc::ServerContextBase& head, absl::Time deadline,
            const config::Caller* caller, const Sampling& sampling);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_HEAD_H_
