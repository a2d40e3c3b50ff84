// A listener of the gRPC server, and how it knows who connects.
//
// gRPC notes on each connection by which credentials it came, and calls show that: so who came by a
// trusted listener is known by the listener, whatever its address or its headers say.
#ifndef SERVER_RPC_LISTENER_H_
#define SERVER_RPC_LISTENER_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <memory>

#include "server/config/settings.h"
#include "server/tls/pair.h"

namespace kyc::rpc {

struct Listener {
  config::Listener at;
  std::shared_ptr<grpc::ServerCredentials> credentials;
};

// What new connections use now; thread-safe.
using CurrentPair = std::function<std::shared_ptr<const tls::Pair>()>;

// The credentials for this one listener. `pair` is asked at each handshake, on gRPC's threads,
// while the server lives; null where the listener has no TLS.
Listener MakeListener(const config::Listener& at, CurrentPair pair);

// Whether a call came by a trusted listener.
bool CameByTrusted(const grpc::AuthContext& connection);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_LISTENER_H_
