// The one thread on which every gRPC call, stream and timer lives.
#ifndef SERVER_RPC_LOOP_H_
#define SERVER_RPC_LOOP_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace kyc::rpc {

// Owned by rpc::Server, which outlives everything that posts to it. A test may make its own.
class Loop {
 public:
  using Task = absl::AnyInvocable<void() &&>;
  using TimerId = uint64_t;  // Never 0.

  virtual ~Loop() = default;

  // Runs `task` on the loop's thread, in the order of posting. Thread-safe. Tasks that are posted
  // close together share one wake. After the loop has ended, tasks are destroyed without running.
  virtual void Post(Task task) = 0;

  // Loop thread only: runs `task` after `delay` of the steady clock or shortly later; Cancel drops
  // it if it has not run.
  virtual TimerId After(absl::Duration delay, Task task) = 0;
  virtual void Cancel(TimerId timer) = 0;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_LOOP_H_
