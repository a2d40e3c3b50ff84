// Lines for the log that come by the thousand when something goes wrong for long.
#ifndef SERVER_CALL_REPEATED_LINES_H_
#define SERVER_CALL_REPEATED_LINES_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/steady_now.h"

namespace kyc {

// Writes a line the first time; those of the same text that follow within a minute are counted, and
// the count is written once the minute is over: when any line comes after it, or at the end. For
// lines of few different texts: 256 are known at once, one more has all their counts written.
// Thread-safe.
class RepeatedLines {
 public:
  using Write = std::function<void(absl::string_view line)>;

  // `write` must not block; it may be called by every thread that says something. Null: silence.
  explicit RepeatedLines(Write write, std::function<absl::Time()> steady_clock = SteadyNow)
      : write_(std::move(write)), clock_(std::move(steady_clock)) {}
  ~RepeatedLines() {
    const std::lock_guard lock(mutex_);
    TellUntil(absl::InfiniteFuture());
  }

  void Say(absl::string_view line);

 private:
  struct Repeats {
    absl::Time until;
    int64_t more = 0;
  };

  // Forgets the lines whose minute is over by `now`, and writes their counts. Holds mutex_.
  void TellUntil(absl::Time now);

  const Write write_;
  const std::function<absl::Time()> clock_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Repeats> said_;  // Guarded by mutex_.
};

}  // namespace kyc

#endif  // SERVER_CALL_REPEATED_LINES_H_
