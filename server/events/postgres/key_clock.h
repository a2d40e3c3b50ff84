// The clock by which calls' keys age over a log that many processes share.
#ifndef SERVER_EVENTS_POSTGRES_KEY_CLOCK_H_
#define SERVER_EVENTS_POSTGRES_KEY_CLOCK_H_

#include <functional>
#include <mutex>
#include <utility>

#include "absl/time/time.h"
#include "server/events/clocks.h"
#include "server/events/lived_clock.h"

namespace kyc::events::postgres {

// Thread-safe.
class KeyClock {
 public:
  explicit KeyClock(std::function<ClockReading()> clocks) : clocks_(std::move(clocks)) {}

  // What it is, where the log has just said `noted`; in microseconds, as the log says it.
  absl::Duration At(absl::Duration noted) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return absl::Floor(lived_.At(clocks_().since_boot, noted), absl::Microseconds(1));
  }

 private:
  const std::function<ClockReading()> clocks_;
  std::mutex mutex_;
  SharedLivedClock lived_;  // Guarded by mutex_.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_KEY_CLOCK_H_
