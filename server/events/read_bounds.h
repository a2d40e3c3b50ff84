// What bounds a read of the log, whatever engine it is made by, and what it finds wrong. Pure.
#ifndef SERVER_EVENTS_READ_BOUNDS_H_
#define SERVER_EVENTS_READ_BOUNDS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"

namespace kyc::events {

// Without a reference or customer to look up, one page or list looks at so many events at most;
// then it ends, perhaps empty, and tells where it stopped.
inline constexpr int64_t kEventsLookedAtPerPage = 10'000;
// Pages and lists hold no more events than this, whatever is asked for.
inline constexpr int kMaxEventsPerRead = 1000;

inline int BoundedRead(int limit) { return std::clamp(limit, 1, kMaxEventsPerRead); }

// Times are stored in microseconds: one between two of them means the later.
inline int64_t MicrosNotBefore(absl::Time time) {
  return absl::ToInt64Microseconds(absl::Ceil(time - absl::UnixEpoch(), absl::Microseconds(1)));
}

// INVALID_ARGUMENT INVALID_REQUEST: a reference that several accounts use, and none is named.
absl::Status SeveralAccounts();

// DATA_LOSS LOG_DAMAGED unless these are all sequences below `below`, downwards, to the limit or to
// those after `after`.
absl::Status HasNoGap(const std::vector<Event>& events, int64_t below, int64_t after, int limit);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_READ_BOUNDS_H_
