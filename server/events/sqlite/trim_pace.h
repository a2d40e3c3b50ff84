// When retention has its turn between commits. Pure.
#ifndef SERVER_EVENTS_SQLITE_TRIM_PACE_H_
#define SERVER_EVENTS_SQLITE_TRIM_PACE_H_

#include <algorithm>

#include "absl/time/time.h"
#include "server/events/sqlite/trimming.h"

namespace kyc::events {

// A turn looks at every table, which costs what several commits of one request do. So where nothing
// waits it comes once after what was added, but not for each of many small batches; and under a
// load that never pauses after so many requests. While more is due than a step removes, twice as
// much is removed as is added. One thread's.
class TrimPace {
 public:
  static constexpr int kAddedPerTurn = 1024;
  static constexpr int kAddedPerStep = kRowsPerTrimStep / 2;
  static constexpr absl::Duration kBetween = absl::Milliseconds(20);

  explicit TrimPace(absl::Time now) : idle_from_(now) {}

  // How long requests are waited for at most, before a turn comes where there are none.
  absl::Duration Wait(absl::Time now) const {
    return std::max(idle_from_ - now, absl::ZeroDuration());
  }
  // So many requests were written; none did wait. Whether a turn is due.
  bool IsDue(int added) {
    if (added == 0) return true;
    added_ += added;
    idle_from_ = next_;
    return added_ >= (behind_ ? kAddedPerStep : kAddedPerTurn);
  }
  // Of the turn that is due, at most: less where nothing more is due.
  int steps() const { return 1 + added_ / kAddedPerStep; }
  // It came to its end. `behind`: more is due to be removed than its steps had.
  void Took(bool behind, absl::Time now) {
    behind_ = behind;
    added_ = 0;
    next_ = now + kBetween;
    idle_from_ = behind ? now : absl::InfiniteFuture();
  }

 private:
  bool behind_ = false;
  int added_ = 0;  // Since the last turn.
  absl::Time next_ = absl::InfinitePast();
  absl::Time idle_from_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_TRIM_PACE_H_
