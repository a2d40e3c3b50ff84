// Asks a gRPC server for its health, as a caller would.
#ifndef SERVER_RPC_ASK_HEALTH_H_
#define SERVER_RPC_ASK_HEALTH_H_

#include "absl/time/time.h"

namespace kyc::rpc {

// Whether it answers within that time, whatever it answers. `connection` is non-blocking and new;
// it stays the caller's. Blocks.
bool AnswersHealth(int connection, absl::Duration patience);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_ASK_HEALTH_H_
