// grpc.health.v1.Health, per service.
#ifndef SERVER_RPC_HEALTH_H_
#define SERVER_RPC_HEALTH_H_

#include <memory>
#include <string>
#include <vector>

#include "server/rpc/method.h"
#include "server/rpc/serving_state.h"

namespace kyc::rpc {

// Its three methods. `services` and "" (the server) are SERVING or NOT_SERVING, all as `state`
// says; a Watch is told of the change at once, and ends when the server drains.
std::vector<Method> HealthMethods(std::vector<std::string> services,
                                  std::shared_ptr<ServingState> state);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_HEALTH_H_
