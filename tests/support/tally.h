// Something that is counted, and waited for.
#ifndef TESTS_SUPPORT_TALLY_H_
#define TESTS_SUPPORT_TALLY_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace kyc::tests {

// Thread-safe.
class Tally {
 public:
  void Add() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }

  int count() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }

  // False: they are not so many when patience ends.
  bool Await(int enough, absl::Duration patience) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, absl::ToChronoMilliseconds(patience),
                             [&] { return count_ >= enough; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_TALLY_H_
