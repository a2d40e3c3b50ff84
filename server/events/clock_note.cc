#include "server/events/clock_note.h"

#include <algorithm>

namespace kyc::events {
namespace {

// What the note may be wrong by.
constexpr absl::Duration kOffsetNoted = absl::Seconds(1);
constexpr absl::Duration kAgesNoted = absl::Hours(1);

}  // namespace

ClockStart StartClocks(const ClockReading& now, const std::string& boot_id,
                       const absl::optional<ClockNote>& noted,
                       const absl::optional<absl::Time>& newest_event) {
  const bool same_boot = noted.has_value() && !boot_id.empty() && noted->boot_id == boot_id;
  BelievedClock believed = same_boot ? BelievedClock(now, noted->offset) : BelievedClock(now);
  absl::Time aged_to = believed.At(now);
  if (noted.has_value()) {
    aged_to = std::min(aged_to, noted->aged_to);
  } else if (newest_event.has_value()) {
    aged_to = std::min(aged_to, *newest_event);
  }
  return {believed, aged_to};
}

bool IsNews(const ClockNote& note, const absl::optional<ClockNote>& noted) {
  const bool known = noted.has_value() && noted->boot_id == note.boot_id &&
                     absl::AbsDuration(noted->offset - note.offset) < kOffsetNoted &&
                     note.aged_to >= noted->aged_to && note.aged_to - noted->aged_to < kAgesNoted;
  return !known;
}

}  // namespace kyc::events
