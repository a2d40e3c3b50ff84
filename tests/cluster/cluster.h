// Three PostgreSQL servers, three sidecars and two gateways, each a real process on this machine.
#ifndef TESTS_CLUSTER_CLUSTER_H_
#define TESTS_CLUSTER_CLUSTER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "server/events/postgres/testing/postgres_servers.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"

namespace kyc::tests {

// One thread. Everything is started by the constructor, and serves when it returns.
class Cluster {
 public:
  static constexpr int kSidecars = 3;
  static constexpr int kGateways = 2;

  Cluster();

  events::postgres::PostgresServers& servers() { return servers_; }

  // SIGKILL, and as it was with what is on its disk. Its ports are new ones.
  void KillSidecar(int number);
  void StartSidecar(int number);
  void KillGateway(int number);
  void StartGateway(int number);
  // SIGSTOP and SIGCONT: its connections stay, and it does nothing.
  void FreezeGateway(int number);
  void ThawGateway(int number);

  // The most memory that it had in use so far.
  int64_t PeakMib(int gateway) const;

  // 0 while it is killed. Also from other threads.
  uint16_t webhook_port(int sidecar) const;
  uint16_t grpc_port(int gateway) const;

 private:
  // A process and its port, which others may ask for at any time.
  struct Member {
    GatewayFiles files;
    std::unique_ptr<Gateway> process;
    std::atomic<uint16_t> port = 0;
  };

  events::postgres::PostgresServers servers_{2};
  std::deque<Member> sidecars_;
  std::deque<Member> gateways_;
};

}  // namespace kyc::tests

#endif  // TESTS_CLUSTER_CLUSTER_H_
