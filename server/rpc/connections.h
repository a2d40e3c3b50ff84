// The connections of the gRPC server: accepted here, counted frame by frame, served by libgrpc.
#ifndef SERVER_RPC_CONNECTIONS_H_
#define SERVER_RPC_CONNECTIONS_H_

#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/frames/counted_reads.h"
#include "server/frames/proof.h"
#include "server/net/accept_loop.h"
#include "server/net/own_peers.h"
#include "server/rpc/listener.h"
#include "server/rpc/loop.h"

namespace kyc::rpc {

// Owned by rpc::Server, used by its owner's thread: Listen for each listener, then Prepare,
// StartAccepting once the server is built, StopAccepting before it is shut down (what is handed
// over later would stay open for good), and destroyed after it. ReportCut is the loop thread's.
class Connections {
 public:
  // `builder` is the server's, before it builds; `loop` and `metrics` outlive this.
  Connections(grpc::ServerBuilder& builder, Loop& loop, const config::Grpc& limits,
              Metrics& metrics);

  // Binds the listener's address. UNAVAILABLE with one line that names its field; also where
  // libgrpc's reading could not be shown to be counted, unless that was allowed.
  absl::Status Listen(const Listener& listener);
  // The port of each listener; 0 for one in the file system.
  const std::vector<int>& ports() const { return ports_; }

  // Makes all that accepting needs. UNAVAILABLE with one line.
  absl::Status Prepare();
  void StartAccepting() { accepting_->Start(); }
  // Returns once the loop has handed over all that were accepted, or after some seconds.
  void StopAccepting();

  // Whether the listener of that place takes a new connection, and serves it: asks for health by
  // one, in plaintext whatever its callers speak, that no limit keeps out. Blocks, at most for
  // `patience` and a moment. Thread-safe. Between StartAccepting and StopAccepting; later it says
  // no.
  bool Answers(size_t listener, absl::Duration patience);
  // What it is called in the configuration.
  const std::string& field(size_t listener) const { return fields_[listener]; }

  // Whose end has not been seen. Thread-safe.
  int64_t open() const { return accepting_ == nullptr ? 0 : accepting_->open(); }

  // Tells the metrics whose connections were ended since the last time.
  void ReportCut();

 private:
  using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

  absl::Status Prove(frames::Wire wire);
  void HandOver(const std::shared_ptr<Acceptor>& acceptor, int connection,
                const std::string& source);
  bool ServeOwn(int connection);

  grpc::ServerBuilder& builder_;
  Loop& loop_;
  const config::Grpc& limits_;
  Metrics& metrics_;
  std::vector<frames::Wire> proven_;
  std::vector<int> ports_;
  std::vector<std::string> fields_;
  std::vector<net::SocketName> names_;  // Of the listening sockets.
  std::shared_ptr<Acceptor> own_;       // Of connections of this process itself.
  net::OwnPeers own_peers_;
  std::vector<net::AcceptLoop::Listener> listeners_;  // Until Prepare.
  std::unique_ptr<net::AcceptLoop> accepting_;        // From then on.
  frames::Seen reported_ = frames::SeenSoFar();
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CONNECTIONS_H_
