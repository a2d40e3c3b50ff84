// What tests need to run a server that refuses to run as root.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_
#define SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::events::postgres {

// Of 127.0.0.1, and given once. Below the ports that the kernel gives to outgoing connections: they
// would take it while its server is killed. One thread.
uint16_t FreePort();

// A disk of its own, which only its server sees.
struct SmallDisk {
  std::string folder;  // Where; is there.
  int mib = 0;         // 0: none.
};

// A program and all processes that it makes: in a process group of its own, killed by the kernel if
// the test dies first. Of root it is `nobody`: in a user namespace of its own, for in Bazel's
// sandbox a test is root and can be nobody else; or, where there cannot be one, really. One thread.
class ServerProcess {
 public:
  // What it says is added to the file `log`.
  ServerProcess(const std::vector<std::string>& command, std::string log,
                const SmallDisk& disk = {});
  // Kills the first process if nobody has awaited its end.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // The first process.
  pid_t pid() const { return pid_; }
  // Waits until it has said this; false if it ends first, or patience.
  bool AwaitSaid(absl::string_view text) const;
  // Waits until all its processes have ended; the first one's status as of waitpid.
  int AwaitEnd();

 private:
  bool Said(absl::string_view text) const;

  const std::string log_;
  int64_t log_begins_ = 0;  // Where in the file.
  int alive_ = -1;          // A pipe whose other end all its processes hold.
  pid_t pid_ = -1;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_
