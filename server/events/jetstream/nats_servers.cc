#include "server/events/jetstream/nats_servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"

namespace kyc::events::jetstream {
namespace {

bool IsFree(uint16_t port) {
  const int socket_number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool free =
      bind(socket_number, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_number);
  return free;
}

// A port that nobody uses now, below those that the kernel gives to outgoing connections: they
// would take it while its server is killed. Another test may take it, too, which is rare; then this
// one fails and says so.
uint16_t FreePort() {
  constexpr int kFirst = 20'000;
  constexpr int kLast = 32'000;
  static std::mt19937 random{std::random_device()()};
  static std::set<uint16_t> given;
  for (;;) {
    const auto port =
        static_cast<uint16_t>(std::uniform_int_distribution<int>(kFirst, kLast)(random));
    if (IsFree(port) && given.insert(port).second) return port;
  }
}

std::string NewFolder() {
  static int count = 0;
  std::string folder = absl::StrCat(testing::TempDir(), "/nats-", getpid(), "-", ++count);
  EXPECT_EQ(mkdir(folder.c_str(), 0700), 0) << folder;
  return folder;
}

pid_t Spawn(const std::string& program, const std::string& config, const std::string& log) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execl(program.c_str(), program.c_str(), "-c", config.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(output);
  return pid;
}

}  // namespace

std::string DebiansNatsServer() {
  for (const char* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

std::string CurrentNatsServer() {
  const char* path = std::getenv("KYC_NATS_SERVER_NEW");
  return path != nullptr && access(path, X_OK) == 0 ? path : "";
}

void EachServerTest::SetUp() {
  if (GetParam() && program_.empty()) GTEST_SKIP() << "KYC_NATS_SERVER_NEW names no nats-server";
}

NatsServers::NatsServers(const std::string& program, int count, const std::string& settings,
                         const std::string& jetstream_settings)
    : program_(program), servers_(static_cast<size_t>(count)) {
  if (program.empty()) ADD_FAILURE() << "no nats-server here: tools/install test brings it";
  for (Server& server : servers_) {
    server = {.folder = NewFolder(),
              .port = FreePort(),
              .cluster_port = FreePort(),
              .monitor_port = FreePort(),
              .pid = -1};
  }
  for (const Server& server : servers_) {
    std::ofstream(absl::StrCat(server.folder, "/config"))
        << ConfigOf(server, settings, jetstream_settings);
  }
  for (int i = 0; i < count; ++i) Start(i);
}

NatsServers::~NatsServers() {
  for (int i = 0; i < count(); ++i) {
    if (running(i)) Kill(i);
  }
}

std::string NatsServers::ConfigOf(const Server& server, const std::string& settings,
                                  const std::string& jetstream_settings) const {
  std::string config = absl::StrCat(
      "server_name: n", server.port, "\nlisten: \"127.0.0.1:", server.port,
      "\"\nhttp: \"127.0.0.1:", server.monitor_port, "\"\njetstream {\n  store_dir: \"",
      server.folder, "/store\"\n  ", jetstream_settings, "\n}\n", settings, "\n");
  if (servers_.size() == 1) return config;
  absl::StrAppend(&config, "cluster { name: test, listen: \"127.0.0.1:", server.cluster_port,
                  "\", routes: [");
  for (const Server& each : servers_) {
    absl::StrAppend(&config, "\"nats://127.0.0.1:", each.cluster_port, "\", ");
  }
  return config + " ] }\n";
}

std::vector<std::string> NatsServers::urls() const {
  std::vector<std::string> urls;
  for (const Server& server : servers_) {
    urls.push_back(absl::StrCat("nats://127.0.0.1:", server.port));
  }
  return urls;
}

std::string NatsServers::name(int number) const {
  return absl::StrCat("n", servers_[static_cast<size_t>(number)].port);
}

std::string NatsServers::store(int number) const {
  return servers_[static_cast<size_t>(number)].folder + "/store";
}

std::string NatsServers::log(int number) const {
  std::ifstream file(servers_[static_cast<size_t>(number)].folder + "/log");
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void NatsServers::Kill(int number) {
  Server& server = servers_[static_cast<size_t>(number)];
  kill(server.pid, SIGKILL);
  waitpid(server.pid, nullptr, 0);
  server.pid = -1;
}

void NatsServers::Start(int number) {
  Server& server = servers_[static_cast<size_t>(number)];
  server.pid = Spawn(program_, server.folder + "/config", server.folder + "/log");
}

void NatsServers::Freeze(int number) const {
  kill(servers_[static_cast<size_t>(number)].pid, SIGSTOP);
}

void NatsServers::Thaw(int number) const {
  kill(servers_[static_cast<size_t>(number)].pid, SIGCONT);
}

}  // namespace kyc::events::jetstream
