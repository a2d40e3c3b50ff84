// Very many equal calls at once.
#ifndef TESTS_SUPPORT_MANY_CALLS_H_
#define TESTS_SUPPORT_MANY_CALLS_H_

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/slice.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/client.h"

namespace kyc::tests {

// The calls share the request's bytes. All are started by the constructor; the destructor cancels
// those that still run. Thread-safe.
class ManyCalls {
 public:
  // `transcript` outlives it.
  ManyCalls(uint16_t port, const std::string& method, const grpc::Slice& request, size_t count,
            Transcript& transcript);
  ~ManyCalls();
  ManyCalls(const ManyCalls&) = delete;
  ManyCalls& operator=(const ManyCalls&) = delete;

  // Waits until that many have ended; false if patience ends first.
  bool AwaitEnded(size_t count) const;
  // How the calls have ended so far, in the order of their ends.
  std::vector<ErrorView> Ended() const;
  void CancelAll();

 private:
  struct Call;

  void Collect();

  Transcript& transcript_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Call>> calls_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<ErrorView> ended_;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_MANY_CALLS_H_
