// What tests need to run a server that refuses to run as root.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_
#define SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kyc::events::postgres {

// Of 127.0.0.1, and given once. Below the ports that the kernel gives to outgoing connections: they
// would take it while its server is killed. One thread.
uint16_t FreePort();

// A disk of its own, which only its server sees.
struct SmallDisk {
  std::string folder;  // Where; is there.
  int mib = 0;         // 0: none.
};

// In a process group of its own, so that all its processes are signalled at once; killed by the
// kernel if the test dies first. Of root it is `nobody`: in a user namespace of its own, for in
// Bazel's sandbox a test is root and can be nobody else; or, where there cannot be one, really.
// What it says is added to the file `log`.
pid_t SpawnServer(const std::vector<std::string>& command, const std::string& log,
                  const SmallDisk& disk = {});

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_SERVER_PROCESS_H_
