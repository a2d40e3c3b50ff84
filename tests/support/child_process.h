// A program under test as a child process, and all that it says.
#ifndef TESTS_SUPPORT_CHILD_PROCESS_H_
#define TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::tests {

// How long anything may take that a test waits for. Far more than it does.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// Started by the constructor, on the test's main thread; killed by the destructor if it still runs,
// and by the kernel if the test dies first. All else is thread-safe.
class ChildProcess {
 public:
  // `program` is a path within the runfiles, like "server/kyc-gateway", or an absolute one of the
  // machine's own; `environment`, like
  // "NAME=value", is added to the test's own.
  ChildProcess(const std::string& program, std::vector<std::string> arguments,
               std::vector<std::string> environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Whole and in order once it has ended.
  std::string StandardError() const;
  std::string StandardOutput() const;

  // Waits until standard error, or output, holds `text`, or holds it so often; false if the process
  // ends first, or patience.
  bool AwaitError(absl::string_view text, int times = 1) const;
  bool AwaitOutput(absl::string_view text) const;

  void Signal(int signal) const;
  // Waits for the end: the exit status, minus the signal that ended it, or nullopt if patience
  // ends first.
  absl::optional<int> AwaitEnd() const;
  // SIGTERM and AwaitEnd.
  absl::optional<int> Stop() const;
  // SIGKILL and AwaitEnd.
  absl::optional<int> Kill() const;

  // The whole of a file of /proc/PID, like "limits".
  std::string ProcText(absl::string_view name) const;
  // The number in this line of /proc/PID/status, like "Threads" or "VmHWM" (in KiB); -1 if there is
  // none.
  int64_t ProcStatus(absl::string_view name) const;
  // How often standard error holds `text` so far.
  int ErrorCount(absl::string_view text) const;
  // How many files it has open.
  int64_t OpenFiles() const;
  // How many of its threads have this name. Those that a library makes have names of their own.
  int64_t ThreadsNamed(absl::string_view name) const;

 private:
  void Read(int pipe, std::string& into);
  void Reap();
  template <typename Condition>
  bool Await(const Condition& condition) const;

  pid_t pid_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string output_;               // Guarded by mutex_,
  std::string error_;                // and these too.
  absl::optional<int> wait_status_;  // Until it is there, pid_ is the child's and nobody else's.
  int open_pipes_ = 2;
  std::vector<std::thread> threads_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_CHILD_PROCESS_H_
