// Calls that end by their deadline.
#ifndef TOOLS_BENCHMARKS_DEADLINE_LOAD_H_
#define TOOLS_BENCHMARKS_DEADLINE_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "tools/benchmarks/h2_connection.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/recorder.h"

namespace kyc::bench {

// Begins its calls evenly over the first half of the deadline, so that all are in flight at once,
// and each one's end is not hidden by all others'. Records how much later than its deadline each
// ends. The deadline is the server's to keep: this client does not end calls by itself.
// Single-threaded.
class DeadlineLoad {
 public:
  DeadlineLoad(Poller& poller, const LivenessCall& call, Recorder& recorder,
               double deadline_seconds);
  ~DeadlineLoad();

  absl::Status Open(uint16_t port, int connections, int calls);
  // Begins the calls whose time has come.
  void CallDue();
  bool AllEnded() const;
  // How long before its deadline the earliest one ended, in milliseconds; negative if none did.
  double earliest_milliseconds() const { return static_cast<double>(earliest_) / 1e6; }

 private:
  class Caller;

  Poller& poller_;
  const LivenessCall& call_;
  Recorder& recorder_;
  const int64_t deadline_;
  const CallKind kind_;
  std::vector<std::unique_ptr<H2Connection>> connections_;
  std::deque<Caller> callers_;
  int64_t begin_ = 0;
  size_t begun_ = 0;
  size_t ended_ = 0;
  int64_t earliest_ = std::numeric_limits<int64_t>::min();
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_DEADLINE_LOAD_H_
