// A stand-in for the upstream: what the gateway's calls go to.
#ifndef TOOLS_BENCHMARKS_UPSTREAM_H_
#define TOOLS_BENCHMARKS_UPSTREAM_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/benchmarks/child.h"

namespace kyc::bench {

struct UpstreamBehaviour {
  std::string reply = {};            // JSON, to every request.
  int64_t delay_nanoseconds = 0;     // Before each reply.
  bool stalls = false;               // Never replies.
  std::string expected_text = {};    // Stands in every body.
  uint64_t expected_body_bytes = 0;  // Of every body; 0: any.
};

// A process of its own, so that its cost is nobody else's. It drops bodies in the kernel: only a
// connection's first one is read and compared, of the others the length. What is not as expected is
// answered 500.
class Upstream {
 public:
  static absl::StatusOr<Upstream> Start(const UpstreamBehaviour& behaviour);

  uint16_t port() const { return port_; }
  const Child& process() const { return process_; }

 private:
  Upstream(Child process, uint16_t port) : process_(std::move(process)), port_(port) {}

  Child process_;
  uint16_t port_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_UPSTREAM_H_
