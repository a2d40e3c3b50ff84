// Finds out when somebody does not answer any more.
#ifndef SERVER_RPC_WATCHDOG_H_
#define SERVER_RPC_WATCHDOG_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace kyc::rpc {

// Asks each of them again and again, on a thread of its own. Made, stopped and destroyed by its
// owner; WhoIsSilent is thread-safe.
class Watchdog {
 public:
  struct Watched {
    std::string name;
    std::function<bool()> answers;  // Blocks; bounded.
  };
  struct Times {
    absl::Duration between = absl::Seconds(5);
    absl::Duration silent_after = absl::Seconds(30);
  };

  // `tell` is called after each question.
  Watchdog(std::vector<Watched> watched, Times times,
           std::function<void(const std::string& name, bool answered)> tell);
  ~Watchdog();

  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Asks nobody any more; waits for a question that is being asked.
  void Stop();

  // The first one that has not answered for so long; empty: none.
  std::string WhoIsSilent() const;

 private:
  void Run();

  const std::vector<Watched> watched_;
  const Times times_;
  const std::function<void(const std::string&, bool)> tell_;
  mutable absl::Mutex mutex_;
  std::string silent_;  // Guarded by mutex_.
  absl::Notification over_;
  std::thread thread_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_WATCHDOG_H_
