// Lines of one kind in the log, of which there may be as many as there are calls.
#ifndef SERVER_ADMIN_PACED_LINES_H_
#define SERVER_ADMIN_PACED_LINES_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/admin/record.h"
#include "server/call/steady_now.h"

namespace kyc::admin {

// At most so many lines in a second; how many were left out is said once it is over, when the next
// one comes. Thread-safe. Owned by the process; outlives the gateway.
class PacedLines {
 public:
  // `write` and `left_out` must not block.
  PacedLines(int64_t lines_per_second, std::function<void(const Record& record)> write,
             std::function<void(int64_t lines)> left_out,
             std::function<absl::Time()> steady_clock = SteadyNow)
      : lines_per_second_(lines_per_second),
        write_(std::move(write)),
        left_out_(std::move(left_out)),
        clock_(std::move(steady_clock)) {}

  template <typename Ended>
  void Note(const Ended& ended) {
    if (IsDue()) write_(RecordOf(ended));
  }

 private:
  bool IsDue();

  const int64_t lines_per_second_;
  const std::function<void(const Record&)> write_;
  const std::function<void(int64_t)> left_out_;
  const std::function<absl::Time()> clock_;
  absl::Mutex mutex_;
  absl::Time second_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // When the running one began.
  int64_t written_ ABSL_GUARDED_BY(mutex_) = 0;                       // In it.
  int64_t not_written_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_PACED_LINES_H_
