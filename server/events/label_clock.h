// The time that events are labelled with.
#ifndef SERVER_EVENTS_LABEL_CLOCK_H_
#define SERVER_EVENTS_LABEL_CLOCK_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/believed_clock.h"
#include "server/events/clocks.h"

namespace kyc::events {

// A believed clock that tells the operator when it does not follow the wall clock. One thread's.
class LabelClock {
 public:
  using Log = std::function<void(absl::string_view)>;
  // `log` takes a line; may be null.
  LabelClock(const BelievedClock& believed, Log log) : believed_(believed), log_(std::move(log)) {}

  // As BelievedClock::At.
  absl::Time At(const ClockReading& now);
  const BelievedClock& believed() const { return believed_; }

 private:
  BelievedClock believed_;
  const Log log_;
  bool told_doubts_ = false;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LABEL_CLOCK_H_
