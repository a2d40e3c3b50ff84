// Which events are due by their age, although clocks jump.
#ifndef SERVER_EVENTS_RETENTION_AGES_H_
#define SERVER_EVENTS_RETENTION_AGES_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/age_clock.h"
#include "server/events/event_log.h"

namespace kyc::events {

// One thread's, but for Release and waiting, which are anybody's. What waits because it would be
// far more than usual is told by a line and a metric, and goes on when the clock comes back or
// Release is called.
class RetentionAges {
 public:
  using Log = std::function<void(absl::string_view)>;
  // `metrics` outlives it; `log` takes a line for the operator, may be null.
  RetentionAges(AgeClock ages, Metrics& metrics, Log log)
      : ages_(ages), metrics_(metrics), log_(std::move(log)) {}

  // Ages move on. By the same steady clock each time.
  void MoveOn(absl::Time believed, absl::Duration since_boot) { ages_.At(believed, since_boot); }
  // The time that ages are judged by.
  absl::Time time() const { return ages_.time(); }

  // The newest event that is due to be removed now, of a log with these ends; `due_at` says which
  // one is due at a time.
  using DueAt = absl::FunctionRef<absl::StatusOr<int64_t>(absl::Time)>;
  absl::StatusOr<int64_t> FindDue(DueAt due_at, const Ends& ends, absl::Time believed);

  // What waits now may be removed.
  void Release() { released_ = true; }
  // How many events wait.
  int64_t waiting() const { return waiting_; }

 private:
  void SetWaiting(int64_t events, absl::Duration ahead);

  AgeClock ages_;
  Metrics& metrics_;
  const Log log_;
  std::atomic<bool> released_ = false;
  std::atomic<int64_t> waiting_ = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_RETENTION_AGES_H_
