// A place in the log with all that is known of it.
#ifndef SERVER_EVENTS_PLACE_H_
#define SERVER_EVENTS_PLACE_H_

#include <cstdint>
#include <string>

#include "server/events/big_endian.h"
#include "server/events/cursor.h"

namespace kyc::events {

// A place just after an event. All zero or empty: before the first event ever.
struct Place {
  int64_t sequence = 0;
  std::string chain;  // 32 bytes.
  int64_t received_time_us = 0;
};

inline Position PositionOf(const Place& place) {
  if (place.chain.empty()) return Position();
  return {.sequence = place.sequence, .chain = NumberFromBigEndian(place.chain)};
}

}  // namespace kyc::events

#endif  // SERVER_EVENTS_PLACE_H_
