#include "server/events/believed_clock.h"

#include <algorithm>

namespace kyc::events {

absl::Time BelievedClock::At(const ClockReading& reading) {
  const absl::Duration elapsed = std::max(reading.since_boot - read_, absl::ZeroDuration());
  read_ = reading.since_boot;
  const absl::Duration offset = OffsetOf(reading);
  if (absl::AbsDuration(offset - offset_) <= kLittle) {
    candidate_.reset();
    offset_ += std::clamp(offset - offset_, -elapsed / 10, elapsed / 10);
  } else if (!candidate_.has_value() || absl::AbsDuration(offset - candidate_->offset) > kLittle) {
    candidate_ = Candidate{offset, reading.since_boot};
  } else if (reading.since_boot - candidate_->since >= kBelievedAfter) {
    candidate_.reset();
    offset_ = offset;
  }
  disagreement_ = offset - offset_;
  return absl::UnixEpoch() + reading.since_boot + offset_;
}

}  // namespace kyc::events
