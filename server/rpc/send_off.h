// Tells the callers of a gRPC server to go elsewhere, while it still takes their calls.
#ifndef SERVER_RPC_SEND_OFF_H_
#define SERVER_RPC_SEND_OFF_H_

#include <grpcpp/server.h>

namespace kyc::rpc {

// Closes the port, and sends GOAWAY on every connection: HTTP/2's graceful one, so that what was on
// its way still arrives and is served. Blocks for a moment; the thread must not be the server's
// queue's. Before Shutdown, which would cancel what arrives.
void SendOff(grpc::Server& server);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_SEND_OFF_H_
