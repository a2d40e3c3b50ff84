// Real nats-servers with JetStream, for tests: one, or a cluster on this machine.
#ifndef SERVER_EVENTS_JETSTREAM_NATS_SERVERS_H_
#define SERVER_EVENTS_JETSTREAM_NATS_SERVERS_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::events::jetstream {

// The nats-server of Debian, 2.9.10: `tools/install test` brings it. Empty if it is not here.
std::string DebiansNatsServer();
// A current one, which Debian does not have: the path in KYC_NATS_SERVER_NEW. Empty if it is not
// set, and tests over it are skipped, which they say.
std::string CurrentNatsServer();

// For tests over Debian's server and, where the parameter is true, over a current one.
class EachServerTest : public testing::TestWithParam<bool> {
 protected:
  EachServerTest() : program_(GetParam() ? CurrentNatsServer() : DebiansNatsServer()) {}
  // Skips the test, and says so, where there is no such server.
  void SetUp() override;

  const std::string program_;
};

// One thread. Servers are killed by the destructor, and by the kernel if the test dies first.
class NatsServers {
 public:
  // Starts `count` servers of `program`, a cluster if there are several. `settings` is put into
  // each server's configuration at the top; `jetstream_settings` into its jetstream block.
  NatsServers(const std::string& program, int count, const std::string& settings = "",
              const std::string& jetstream_settings = "");
  ~NatsServers();
  NatsServers(const NatsServers&) = delete;
  NatsServers& operator=(const NatsServers&) = delete;

  // nats://127.0.0.1:port of each.
  std::vector<std::string> urls() const;
  std::string name(int number) const;
  int count() const { return static_cast<int>(servers_.size()); }
  // Where it keeps its messages.
  std::string store(int number) const;
  std::string log(int number) const;
  // Of its monitoring, by HTTP.
  uint16_t monitor_port(int number) const {
    return servers_[static_cast<size_t>(number)].monitor_port;
  }

  // SIGKILL, and waits for the end. Start begins it again with what is on its disk.
  void Kill(int number);
  void Start(int number);
  bool running(int number) const { return servers_[static_cast<size_t>(number)].pid > 0; }
  // SIGSTOP and SIGCONT: its connections stay, and nothing comes over them.
  void Freeze(int number) const;
  void Thaw(int number) const;

 private:
  struct Server {
    std::string folder;
    uint16_t port = 0;
    uint16_t cluster_port = 0;
    uint16_t monitor_port = 0;
    pid_t pid = -1;
  };
  std::string ConfigOf(const Server& server, const std::string& settings,
                       const std::string& jetstream_settings) const;

  const std::string program_;
  std::vector<Server> servers_;
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_NATS_SERVERS_H_
