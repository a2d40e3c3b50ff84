// Whether events follow each other as they were written, at one hash an event. Pure.
#ifndef SERVER_EVENTS_CHAIN_CHECK_H_
#define SERVER_EVENTS_CHAIN_CHECK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/events/event_row.h"
#include "server/events/place.h"

namespace kyc::events {

// For logs whose chain is cumulative and whose sequences have no gap. Not thread-safe.
class ChainCheck {
 public:
  // Begins just after a place whose chain is the log's.
  explicit ChainCheck(const Place& after) : sequence_(after.sequence), chain_(after.chain) {}

  // The next row, in the log's order. DATA_LOSS LOG_DAMAGED: it does not follow.
  absl::Status Follow(const EventRow& row);
  // DATA_LOSS LOG_DAMAGED unless the last row was this one.
  absl::Status EndsAt(int64_t sequence) const;

 private:
  int64_t sequence_;
  std::string chain_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CHAIN_CHECK_H_
