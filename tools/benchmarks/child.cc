#include "tools/benchmarks/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/process_cpu.h"

namespace kyc::bench {
namespace {

constexpr int64_t kPatience = 10'000'000'000;
constexpr useconds_t kGlance = 5'000;

void Become(const std::vector<std::string>& command, const std::string& log) {
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
}

// Its own, that of its children that have ended, and that of those that live.
int64_t TreeCpuTicks(pid_t process) {
  int64_t ticks = CpuTicks(process);
  std::ifstream children(absl::StrCat("/proc/", process, "/task/", process, "/children"));
  for (pid_t child = 0; children >> child;) ticks += TreeCpuTicks(child);
  return ticks;
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Child Child::Run(const std::vector<std::string>& command, const std::string& log) {
  return Fork([&] { Become(command, log); });
}

Child Child::Fork(const std::function<void()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);  // Ctrl-C is the owner's.
    body();
    _exit(1);
  }
  return Child(pid);
}

Child::~Child() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  for (const int64_t begin = Now(); waitpid(pid_, nullptr, WNOHANG) == 0; usleep(kGlance)) {
    if (Now() - begin > kPatience) kill(pid_, SIGKILL);
  }
}

bool Child::Runs() const {
  siginfo_t ended{};
  return waitid(P_PID, pid_, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

bool Child::AwaitEnd() {
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

absl::StatusOr<std::string> Child::AwaitSaid(
    const std::string& log, absl::Duration patience,
    const std::function<bool(absl::string_view)>& is_enough) const {
  const int64_t end = Now() + absl::ToInt64Nanoseconds(patience);
  for (; Now() < end && Runs(); usleep(kGlance)) {
    std::string said = Contents(log);
    if (is_enough(said)) return said;
  }
  return absl::UnavailableError(Contents(log));
}

int64_t Child::CpuNanoseconds() const {
  clockid_t clock{};
  return clock_getcpuclockid(pid_, &clock) == 0 ? NowOf(clock) : 0;
}

double Child::TreeCpuMicroseconds() const { return SecondsOf(TreeCpuTicks(pid_)) * 1e6; }

double Child::Mebibytes(const std::string& line) const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  for (std::string text; std::getline(status, text);) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(text, absl::ByAnyChar(": \t"), absl::SkipEmpty());
    double kibibytes = 0;
    if (words.size() > 1 && words[0] == line && absl::SimpleAtod(words[1], &kibibytes)) {
      return kibibytes / 1024;
    }
  }
  return 0;
}

}  // namespace kyc::bench
