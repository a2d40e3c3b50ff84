// From absl::Status with details to what goes over the wire.
#ifndef SERVER_RPC_STATUS_H_
#define SERVER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace kyc::rpc {

// The same code and message; the details as a serialized google.rpc.Status.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_STATUS_H_
