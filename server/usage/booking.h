// Brings what was counted into the store, a second after it was counted at the latest, and tells
// the meter what others have counted.
#ifndef SERVER_USAGE_BOOKING_H_
#define SERVER_USAGE_BOOKING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/call/worker_pool.h"
#include "server/events/usage.h"
#include "server/rpc/loop.h"
#include "server/usage/meter.h"

namespace kyc::usage {

struct BookingOptions {
  absl::Duration every = absl::Seconds(1);
  // Takes a line when a caller's calls of the day are nearly used up, and when nothing can be
  // stored or can again. May be null.
  std::function<void(absl::string_view)> log = nullptr;
};

// On the loop's thread from Start on; goes once that has ended. While the store does not work what
// was counted waits in the meter, whose bound it has.
class Booking : public std::enable_shared_from_this<Booking> {
 public:
  // All outlive it.
  Booking(rpc::Loop& loop, Meter& meter, events::Usage& store, Metrics& metrics,
          BookingOptions options = {})
      : loop_(loop),
        meter_(meter),
        store_(store),
        metrics_(metrics),
        options_(std::move(options)) {}
  // Hands over what is left, which the store writes before it ends.
  ~Booking();

  // From any thread, once. Where callers have limits a day it first reads how many calls the store
  // has of today, and blocks; an error is the store's.
  absl::Status Start();

 private:
  using Totals = absl::StatusOr<std::vector<events::UsageCount>>;

  // A step of a turn each, which the next one follows.
  void Tick();
  void OnAdded(const absl::Status& added);
  void ReadTotals();
  void OnRead(int64_t day, const Totals& totals);
  void Later();

  static Totals TotalsOf(const events::Usage& store, int64_t day);
  void TellDayUses();
  void TellFault(const absl::Status& added);

  rpc::Loop& loop_;
  Meter& meter_;
  events::Usage& store_;
  Metrics& metrics_;
  const BookingOptions options_;
  events::UsageBatch batch_;  // The last one; empty once it is surely stored.
  // Limits a day, by caller and method: those that metrics know, and that a line was written of.
  std::set<std::pair<std::string, std::string>> shown_, told_;
  int64_t told_day_ = 0;
  std::string told_fault_;              // Empty: none.
  std::unique_ptr<WorkerPool> reader_;  // Made where there are limits a day. Goes first.
};

}  // namespace kyc::usage

#endif  // SERVER_USAGE_BOOKING_H_
