// A unary method's request, until nobody needs its bytes any more.
#ifndef SERVER_RPC_HELD_REQUEST_H_
#define SERVER_RPC_HELD_REQUEST_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>

#include "server/rpc/admission.h"

namespace kyc::rpc {

// Takes `request`, of which `bytes` are held at `admission`. Whoever has the result last lets go of
// it, on whatever thread, and its room is given back. The admission outlives it: the server
// outlives all that its methods use.
std::shared_ptr<grpc::ByteBuffer> HoldRequest(grpc::ByteBuffer& request, int64_t bytes,
                                              Admission& admission);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_HELD_REQUEST_H_
