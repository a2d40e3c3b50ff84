// A PostgreSQL primary and two standbys, for the event log.
#ifndef TOOLS_BENCHMARKS_LOG_SERVERS_H_
#define TOOLS_BENCHMARKS_LOG_SERVERS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/benchmarks/child.h"

namespace kyc::bench {

// Serve while it lives.
class LogServers {
 public:
  // By tools/benchmarks/log_servers, in a folder that is emptied first.
  static absl::StatusOr<LogServers> Start(const std::string& script, const std::string& folder);

  // The gateway's `engine` of event_log.
  const std::string& engine() const { return engine_; }
  // CPU that all their processes have used.
  double CpuMicroseconds() const { return process_.TreeCpuMicroseconds(); }

 private:
  LogServers(Child process, std::string engine)
      : process_(std::move(process)), engine_(std::move(engine)) {}

  Child process_;
  std::string engine_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_LOG_SERVERS_H_
