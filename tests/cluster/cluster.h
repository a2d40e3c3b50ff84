// Three nats-servers, three sidecars and two gateways, each a real process on this machine.
#ifndef TESTS_CLUSTER_CLUSTER_H_
#define TESTS_CLUSTER_CLUSTER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/types/optional.h"
#include "server/events/jetstream/nats_servers.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"

namespace kyc::tests {

// One thread. Everything is started by the constructor, and serves when it returns.
class Cluster {
 public:
  static constexpr int kNodes = 3;
  static constexpr int kSidecars = 3;
  static constexpr int kGateways = 2;

  // `more` is put into each process's block of the engine. The sidecars are of `sidecar`, a path
  // within the runfiles.
  Cluster(const std::string& nats_server, const std::string& more, const std::string& sidecar);

  events::jetstream::NatsServers& nodes() { return nodes_; }
  // Whether each node has all that the others have: what an operator waits for between two
  // restarts.
  bool NodesAreWhole() const;
  // The node that leads the stream, as all of them say; none while they do not agree.
  absl::optional<int> Leader() const;

  // SIGKILL, and as it was with what is on its disk. Its ports are new ones.
  void KillSidecar(int number);
  void StartSidecar(int number);
  void KillGateway(int number);
  void StartGateway(int number);
  // SIGSTOP and SIGCONT: its connections stay, and it does nothing.
  void FreezeGateway(int number);
  void ThawGateway(int number);

  // 0 while it is killed. Also from other threads.
  uint16_t webhook_port(int sidecar) const;
  uint16_t grpc_port(int gateway) const;

 private:
  absl::optional<int> LeaderAsKnownTo(int node) const;

  // A process and its port, which others may ask for at any time.
  struct Member {
    GatewayFiles files;
    std::unique_ptr<Gateway> process;
    std::atomic<uint16_t> port = 0;
  };

  const GatewayProgram sidecar_;
  events::jetstream::NatsServers nodes_;
  std::deque<Member> sidecars_;
  std::deque<Member> gateways_;
};

}  // namespace kyc::tests

#endif  // TESTS_CLUSTER_CLUSTER_H_
