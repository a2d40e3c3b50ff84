// How the services reach the pool of threads that may block.
#ifndef SERVER_CALL_RUN_BLOCKING_H_
#define SERVER_CALL_RUN_BLOCKING_H_

#include <functional>

#include "absl/functional/any_invocable.h"

namespace kyc {

// Runs a job once on some thread of the reader pool, soon; never on the calling thread.
// Thread-safe. Jobs wait without bound, as there is at most one for each open call or stream. A
// pool that ends runs or drops its jobs, and joins its threads, before the log is destroyed.
using RunBlocking = std::function<void(absl::AnyInvocable<void() &&> job)>;

}  // namespace kyc

#endif  // SERVER_CALL_RUN_BLOCKING_H_
