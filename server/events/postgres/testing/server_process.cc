#include "server/events/postgres/testing/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <set>

#include "absl/strings/str_cat.h"

namespace kyc::events::postgres {
namespace {

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

pid_t SpawnServer(const std::vector<std::string>& command, const std::string& log,
                  const SmallDisk& disk) {
  // In the child there is no memory to be had.
  const std::vector<std::string> as_nobody = AsNobody();
  std::vector<char*> arguments;
  for (const std::string& each : as_nobody) arguments.push_back(const_cast<char*>(each.c_str()));
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    char** const run = arguments.data() + (BecomeNobody(disk) ? as_nobody.size() : 0);
    // After the namespace: changing who one is clears it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(run[0], run);
    _exit(127);
  }
  setpgid(pid, pid);
  close(output);
  return pid;
}

}  // namespace kyc::events::postgres
