// grpc.health.v1.Health, per service.
#ifndef SERVER_RPC_HEALTH_H_
#define SERVER_RPC_HEALTH_H_

#include <string>
#include <vector>

#include "server/rpc/method.h"

namespace kyc::rpc {

// Its two methods. `services` are SERVING until the server drains, and so is "" (the server).
std::vector<Method> HealthMethods(std::vector<std::string> services);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_HEALTH_H_
