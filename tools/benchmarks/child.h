// A process that is measured.
#ifndef TOOLS_BENCHMARKS_CHILD_H_
#define TOOLS_BENCHMARKS_CHILD_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc::bench {

// Ends with its owner: by SIGTERM, after ten seconds by SIGKILL; by the kernel if the owner dies.
class Child {
 public:
  // Becomes `command`; standard output and error go to the file `log`.
  static Child Run(const std::vector<std::string>& command, const std::string& log);
  // Runs `body` in a copy of this process, which must have one thread.
  static Child Fork(const std::function<void()>& body);

  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;
  ~Child();

  bool Runs() const;
  // Waits for its end by itself; whether that was in order.
  bool AwaitEnd();
  // Waits until what it has written to its `log` is enough, and returns that; UNAVAILABLE with what
  // there is if it ends first, or patience.
  absl::StatusOr<std::string> AwaitSaid(
      const std::string& log, absl::Duration patience,
      const std::function<bool(absl::string_view)>& is_enough) const;
  // User and system time of all its threads, those that have ended too.
  int64_t CpuNanoseconds() const;
  // Of it and all processes below it that live, those that they have seen end too.
  double TreeCpuMicroseconds() const;
  // MiB of a line of /proc/PID/status, like "VmHWM" (peak resident memory); 0 if there is none.
  double Mebibytes(const std::string& line) const;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_CHILD_H_
