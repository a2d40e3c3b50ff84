#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/files.h"

namespace kyc::tests {
namespace {

// The reading end and the writing end.
std::array<int, 2> Pipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  return ends;
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void Become(char* const* argv, char* const* environment, int output, int error) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  signal(SIGINT, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(argv[0], argv, environment);
  _exit(127);
}

int CountOf(absl::string_view text, absl::string_view in) {
  int count = 0;
  for (size_t at = in.find(text); at != in.npos; at = in.find(text, at + text.size())) ++count;
  return count;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, std::vector<std::string> arguments,
                           std::vector<std::string> environment) {
  if (gettid() != getpid()) {
    std::cerr << "started on a thread: the kernel would kill it when that thread ends\n";
    std::abort();
  }
  arguments.insert(arguments.begin(), program.front() == '/' ? program : RunfilePath(program));
  for (char** own = environ; *own != nullptr; ++own) environment.emplace_back(*own);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const auto output = Pipe();
  const auto error = Pipe();
  pid_ = fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) Become(argv.data(), envp.data(), output[1], error[1]);
  close(output[1]);
  close(error[1]);
  threads_.emplace_back([this, pipe = output[0]] { Read(pipe, output_); });
  threads_.emplace_back([this, pipe = error[0]] { Read(pipe, error_); });
  threads_.emplace_back([this] { Reap(); });
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  for (std::thread& thread : threads_) thread.join();
}

void ChildProcess::Read(int pipe, std::string& into) {
  std::array<char, 4096> bytes;
  ssize_t size;
  while ((size = read(pipe, bytes.data(), bytes.size())) > 0) {
    const std::lock_guard lock(mutex_);
    into.append(bytes.data(), static_cast<size_t>(size));
    changed_.notify_all();
  }
  close(pipe);
  const std::lock_guard lock(mutex_);
  --open_pipes_;
  changed_.notify_all();
}

void ChildProcess::Reap() {
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  // Only now, under the lock, does the number become free for other processes.
  const std::lock_guard lock(mutex_);
  int status = 0;
  waitpid(pid_, &status, 0);
  wait_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  changed_.notify_all();
}

template <typename Condition>
bool ChildProcess::Await(const Condition& condition) const {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return wait_status_.has_value() && open_pipes_ == 0; };
  changed_.wait_for(lock, absl::ToChronoSeconds(kPatience), [&] { return condition() || ended(); });
  return condition();
}

std::string ChildProcess::StandardError() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::string ChildProcess::StandardOutput() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

bool ChildProcess::AwaitError(absl::string_view text, int times) const {
  return Await([&] { return CountOf(text, error_) >= times; });
}

int ChildProcess::ErrorCount(absl::string_view text) const {
  const std::lock_guard lock(mutex_);
  return CountOf(text, error_);
}

bool ChildProcess::AwaitOutput(absl::string_view text) const {
  return Await([&] { return absl::StrContains(output_, text); });
}

void ChildProcess::Signal(int signal) const {
  const std::lock_guard lock(mutex_);
  if (!wait_status_.has_value()) kill(pid_, signal);
}

absl::optional<int> ChildProcess::AwaitEnd() const {
  const bool ended = Await([this] { return wait_status_.has_value() && open_pipes_ == 0; });
  const std::lock_guard lock(mutex_);
  return ended ? wait_status_ : absl::nullopt;
}

absl::optional<int> ChildProcess::Stop() const {
  Signal(SIGTERM);
  return AwaitEnd();
}

absl::optional<int> ChildProcess::Kill() const {
  Signal(SIGKILL);
  return AwaitEnd();
}

std::string ChildProcess::ProcText(absl::string_view name) const {
  return ReadFile(absl::StrCat("/proc/", pid_, "/", name));
}

int64_t ChildProcess::ProcStatus(absl::string_view name) const {
  for (const absl::string_view line : absl::StrSplit(ProcText("status"), '\n')) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(": \t"), absl::SkipEmpty());
    int64_t number = -1;
    if (words.size() > 1 && words[0] == name && absl::SimpleAtoi(words[1], &number)) return number;
  }
  return -1;
}

int64_t ChildProcess::OpenFiles() const {
  int64_t count = 0;
  std::error_code error;
  const std::string files = absl::StrCat("/proc/", pid_, "/fd");
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(files, error)) {
    ++count;
  }
  return count;
}

int64_t ChildProcess::ThreadsNamed(absl::string_view name) const {
  int64_t count = 0;
  std::error_code error;
  const std::string tasks = absl::StrCat("/proc/", pid_, "/task");
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    if (ReadFile(task.path().string() + "/comm") == absl::StrCat(name, "\n")) ++count;
  }
  return count;
}

}  // namespace kyc::tests
