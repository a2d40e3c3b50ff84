// What a log remembers of time over a restart. Pure.
#ifndef SERVER_EVENTS_CLOCK_NOTE_H_
#define SERVER_EVENTS_CLOCK_NOTE_H_

#include <string>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/believed_clock.h"
#include "server/events/clocks.h"

namespace kyc::events {

struct ClockNote {
  std::string boot_id;    // Empty: none was noted.
  absl::Duration offset;  // BelievedClock::offset, of that boot.
  absl::Time aged_to;     // AgeClock::time.
};

// By what a log's clocks begin.
struct ClockStart {
  BelievedClock believed;
  absl::Time aged_to;
};

// `noted`: what an earlier process noted. `newest_event`: when it was received, if there is one.
// What was believed since the same boot still is; ages go on where they were, or, never noted, from
// the newest event.
ClockStart StartClocks(const ClockReading& now, const std::string& boot_id,
                       const absl::optional<ClockNote>& noted,
                       const absl::optional<absl::Time>& newest_event);

// Whether `note` says more than `noted`, which may be wrong by a little.
bool IsNews(const ClockNote& note, const absl::optional<ClockNote>& noted);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CLOCK_NOTE_H_
