// A few threads for what may block: reading history.
#ifndef SERVER_CALL_WORKER_POOL_H_
#define SERVER_CALL_WORKER_POOL_H_

#include <memory>

#include "absl/functional/any_invocable.h"

namespace kyc {

// Thread-safe. Owned by the gateway. Jobs wait without bound: whoever posts has at most one job for
// each open call or stream, and those are bounded.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  // Runs what was posted, then joins.
  ~WorkerPool();

  void Post(absl::AnyInvocable<void() &&> job);

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace kyc

#endif  // SERVER_CALL_WORKER_POOL_H_
