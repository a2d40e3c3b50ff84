// grpc.reflection.v1 and v1alpha: so that grpcurl and grpcui describe everything.
//
// Own code, because the library's reflection service brings threads of its own that poll our
// connections, and lists only services that are registered one by one.
#ifndef SERVER_RPC_REFLECTION_H_
#define SERVER_RPC_REFLECTION_H_

#include <string>
#include <vector>

#include "server/rpc/method.h"

namespace kyc::rpc {

// One method for each version of the protocol. `services` are listed; described is every file that
// is linked into the program.
std::vector<Method> ReflectionMethods(std::vector<std::string> services);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_REFLECTION_H_
