// Calls that are always in flight: as one ends, the next begins.
#ifndef TOOLS_BENCHMARKS_CALL_LOAD_H_
#define TOOLS_BENCHMARKS_CALL_LOAD_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "tools/benchmarks/h2_connection.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/recorder.h"

namespace kyc::bench {

// Every reply is compared byte by byte. Single-threaded; call, poller and recorder outlive it.
class CallLoad {
 public:
  // By TLS with the token that `contestant` knows, in plaintext with it, too, so that they compare.
  CallLoad(Poller& poller, const LivenessCall& call, Recorder& recorder, Speaks speaks);
  CallLoad(Poller& poller, const LivenessCall& call, Recorder& recorder);
  ~CallLoad();

  // Begins: `each` calls on each of so many connections.
  absl::Status Start(uint16_t port, int connections, int each);

 private:
  class Caller;

  Poller& poller_;
  const LivenessCall& call_;
  Recorder& recorder_;
  uint64_t request_ids_ = 0;
  const Speaks speaks_;
  const CallKind kind_;
  std::vector<std::unique_ptr<H2Connection>> connections_;
  std::deque<Caller> callers_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_CALL_LOAD_H_
