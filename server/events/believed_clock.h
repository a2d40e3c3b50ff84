// What time it is, told by a wall clock that is not believed at once. Pure.
#ifndef SERVER_EVENTS_BELIEVED_CLOCK_H_
#define SERVER_EVENTS_BELIEVED_CLOCK_H_

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/clocks.h"

namespace kyc::events {

// Moves with the steady clock. A wall clock that is off by little (it was corrected) is followed by
// a tenth of the time that passes; one that has jumped, only once it has stayed where it is for
// kBelievedAfter, and then at once. Until then nothing is labelled by it: a jump that ends sooner
// leaves no trace. One thread's.
class BelievedClock {
 public:
  static constexpr absl::Duration kLittle = absl::Minutes(1);
  static constexpr absl::Duration kBelievedAfter = absl::Minutes(10);

  // Believes the wall clock as it is.
  explicit BelievedClock(const ClockReading& reading) : BelievedClock(reading, OffsetOf(reading)) {}
  // Goes on from what was believed earlier since the machine was booted.
  BelievedClock(const ClockReading& reading, absl::Duration offset)
      : offset_(offset), read_(reading.since_boot), disagreement_(OffsetOf(reading) - offset) {}

  // The time now. Readings come in the order of the steady clock.
  absl::Time At(const ClockReading& reading);

  // By how much the wall clock was ahead of the believed time, at the last reading.
  absl::Duration disagreement() const { return disagreement_; }
  bool doubts() const { return absl::AbsDuration(disagreement_) > kLittle; }
  // The believed time less the steady clock's.
  absl::Duration offset() const { return offset_; }

 private:
  // Where the wall clock stays, and since when.
  struct Candidate {
    absl::Duration offset;
    absl::Duration since;
  };
  static absl::Duration OffsetOf(const ClockReading& reading) {
    return reading.wall - absl::UnixEpoch() - reading.since_boot;
  }

  absl::Duration offset_;
  absl::Duration read_;
  absl::Duration disagreement_;
  absl::optional<Candidate> candidate_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_BELIEVED_CLOCK_H_
