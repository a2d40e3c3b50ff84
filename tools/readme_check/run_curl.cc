#include "tools/readme_check/run_curl.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"

extern char** environ;

namespace kyc::readme {
namespace {

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size; (size = read(fd, buffer, sizeof(buffer))) > 0;) text.append(buffer, size);
  return text;
}

}  // namespace

absl::StatusOr<std::string> RunCurl(std::vector<std::string> words) {
  words.insert(words.begin() + 1, {"--disable", "--max-time", "60"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, "curl", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const absl::Cleanup closer = [&ends] { close(ends[0]); };
  if (error != 0) return absl::ErrnoToStatus(error, "cannot start curl");
  std::string output = ReadToEnd(ends[0]);
  waitpid(pid, nullptr, 0);
  return output;
}

}  // namespace kyc::readme
