// The system's clocks, read together.
#ifndef SERVER_EVENTS_CLOCKS_H_
#define SERVER_EVENTS_CLOCKS_H_

#include <string>

#include "absl/time/time.h"

namespace kyc::events {

struct ClockReading {
  absl::Time wall;  // May be set by anybody to anything.
  // The steady clock: never steps, and goes on while the machine sleeps. Comparable only with
  // readings of the same boot.
  absl::Duration since_boot;
};

ClockReading ReadClocks();

// For tests: of a machine that was booted when Unix' time began.
inline ClockReading RightClocksAt(absl::Time time) { return {time, time - absl::UnixEpoch()}; }

// Another one after each boot, 16 bytes or none. Blocks shortly.
std::string BootId();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CLOCKS_H_
