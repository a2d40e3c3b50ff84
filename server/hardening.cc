#include "server/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/secret.h"

namespace kyc {
namespace {

// All roles have 17, and gRPC and libcurl add some of their own.
constexpr int kThreads = 32;
constexpr rlim_t kLeastFiles = 64;

}  // namespace

void ForgetEnvironment() {
  std::vector<std::pair<const char*, std::string>> kept;
  for (const char* name : {"PATH", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    if (const char* const value = getenv(name)) kept.emplace_back(name, value);
  }
  clearenv();
  for (const auto& [name, value] : kept) setenv(name, value.c_str(), 1);
}

void ForbidCoreDumps() {
  // The limit does not hold where the kernel pipes dumps to a program; this does.
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
}

namespace {

absl::Status TakeFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return absl::OkStatus();
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max >= kLeastFiles) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the hard limit of open files is ", limit.rlim_max,
                                             "; it needs ", kLeastFiles,
                                             " to begin with, and one for each connection"));
}

absl::Status TryThreads() {
  std::promise<void> over;
  const std::shared_future<void> until_over = over.get_future().share();
  std::vector<std::thread> threads;
  absl::Status made;
  try {
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([wait = until_over] { wait.wait(); });
    }
  } catch (const std::system_error& error) {
    made = absl::UnavailableError(absl::StrCat(
        "only ", threads.size(), " of ", kThreads, " threads could be made: ",
        error.code().message(), " (the limit of this user's or this container's processes)"));
  }
  over.set_value();
  for (std::thread& thread : threads) thread.join();
  return made;
}

}  // namespace

absl::Status TakeResources() {
  if (absl::Status files = TakeFiles(); !files.ok()) return files;
  return TryThreads();
}

std::string SwapWarning() {
  const int64_t bytes = SwappableSecretBytes();
  if (bytes == 0) return "";
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return absl::StrCat(
      bytes >> 10, " KiB of keys and passwords may be swapped to a disk, as this process may lock ",
      limit.rlim_cur >> 10,
      " KiB of memory: raise that (LimitMEMLOCK, `ulimit -l`), or run without swap");
}

}  // namespace kyc
