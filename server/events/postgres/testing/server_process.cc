#include "server/events/postgres/testing/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/events/postgres/await.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kNobody[] = "65534";

bool IsFree(uint16_t port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool free = bind(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(file);
  return free;
}

void WriteFile(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  [[maybe_unused]] const ssize_t written = write(file, text.data(), text.size());
  close(file);
}

// In the child, before it becomes another program. Whether it may become it as it is: there can be
// no namespace in a chroot, nor in many containers.
bool BecomeNobody(const SmallDisk& disk) {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (user != 0 && disk.mib == 0) return true;
  const std::string user_inside = user == 0 ? kNobody : absl::StrCat(user);
  const std::string group_inside = user == 0 ? kNobody : absl::StrCat(group);
  if (unshare(CLONE_NEWUSER | (disk.mib > 0 ? CLONE_NEWNS : 0)) != 0) {
    if (disk.mib == 0) return false;
    _exit(126);
  }
  WriteFile("/proc/self/setgroups", "deny");
  WriteFile("/proc/self/uid_map", absl::StrCat(user_inside, " ", user, " 1"));
  WriteFile("/proc/self/gid_map", absl::StrCat(group_inside, " ", group, " 1"));
  if (disk.mib == 0) return true;
  const std::string size = absl::StrCat("size=", disk.mib, "m,mode=0700");
  if (mount("tmpfs", disk.folder.c_str(), "tmpfs", 0, size.c_str()) != 0) _exit(125);
  return true;
}

// The command line that runs another as nobody, who may still go where root may.
std::vector<std::string> AsNobody() {
  return {"/usr/bin/setpriv",
          absl::StrCat("--reuid=", kNobody),
          absl::StrCat("--regid=", kNobody),
          "--clear-groups",
          "--inh-caps=-all,+dac_override,+fowner",
          "--ambient-caps=-all,+dac_override,+fowner",
          "--pdeathsig=KILL"};
}

// Nothing is ever written: what can be read is its end.
bool HasEnded(int alive) {
  pollfd end = {alive, POLLIN, 0};
  return poll(&end, 1, 0) > 0;
}

}  // namespace

uint16_t FreePort() {
  static std::mt19937 random{std::random_device()()};
  static std::set<uint16_t> given;
  for (;;) {
    const auto port =
        static_cast<uint16_t>(std::uniform_int_distribution<int>(20'000, 32'000)(random));
    if (IsFree(port) && given.insert(port).second) return port;
  }
}

ServerProcess::ServerProcess(const std::vector<std::string>& command, std::string log,
                             const SmallDisk& disk)
    : log_(std::move(log)) {
  // In the child there is no memory to be had.
  const std::vector<std::string> as_nobody = AsNobody();
  std::vector<char*> arguments;
  for (const std::string& each : as_nobody) arguments.push_back(const_cast<char*>(each.c_str()));
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const int output = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  log_begins_ = lseek(output, 0, SEEK_END);
  std::array<int, 2> alive;
  if (output < 0 || pipe2(alive.data(), O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    char** const run = arguments.data() + (BecomeNobody(disk) ? as_nobody.size() : 0);
    // After the namespace: changing who one is clears it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    fcntl(alive[1], F_SETFD, 0);
    execv(run[0], run);
    _exit(127);
  }
  setpgid(pid_, pid_);
  close(output);
  close(alive[1]);
  alive_ = alive[0];
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(alive_);
}

bool ServerProcess::Said(absl::string_view text) const {
  std::ifstream file(log_);
  file.seekg(log_begins_);
  return absl::StrContains(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

bool ServerProcess::AwaitSaid(absl::string_view text) const {
  const int news = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  inotify_add_watch(news, log_.c_str(), IN_MODIFY);
  const absl::Time patience = absl::Now() + kPatience;
  bool ended = false;
  bool said = Said(text);
  while (!said && !ended && absl::Now() < patience) {
    AwaitAny({{news, POLLIN}, {alive_, POLLIN}}, patience - absl::Now());
    ended = HasEnded(alive_);
    std::array<char, 4096> read_away;
    while (read(news, read_away.data(), read_away.size()) > 0) {
    }
    said = Said(text);
  }
  close(news);
  return said;
}

int ServerProcess::AwaitEnd() {
  AwaitAny({{alive_, POLLIN}}, kPatience);
  EXPECT_TRUE(HasEnded(alive_)) << "a process of it lives on";
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

}  // namespace kyc::events::postgres
