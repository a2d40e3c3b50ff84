#include "server/events/label_clock.h"

#include "absl/strings/str_cat.h"
#include "server/events/duration_text.h"

namespace kyc::events {

absl::Time LabelClock::At(const ClockReading& now) {
  const absl::Time label = believed_.At(now);
  if (believed_.doubts() == told_doubts_) return label;
  told_doubts_ = believed_.doubts();
  if (log_ == nullptr) return label;
  if (told_doubts_) {
    log_(absl::StrCat(
        "the wall clock is off by ", DurationText(believed_.disagreement()),
        " from the steady clock: events' times do not follow it unless it stays so for ",
        DurationText(BelievedClock::kBelievedAfter)));
  } else {
    log_("the wall clock is believed again");
  }
  return label;
}

}  // namespace kyc::events
