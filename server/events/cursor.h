// A place in the log, and its text as callers see it.
#ifndef SERVER_EVENTS_CURSOR_H_
#define SERVER_EVENTS_CURSOR_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/secret.h"

namespace kyc::events {

// A place just after an event. `chain` is the first 8 bytes of a hash over this and every earlier
// event, so that a copy of the log which went its own way is seen as another history. Zero in both:
// before the first event.
struct Position {
  int64_t sequence = 0;
  uint64_t chain = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

// What a cursor's text holds. `partition` is 0 until the log has several.
struct Cursor {
  std::string log_id;  // 16 raw bytes.
  uint32_t partition = 0;
  Position position;
};

// base64url text; carries a version and a truncated HMAC under `key`, so that a garbled or made-up
// one is noticed.
std::string ToText(const Cursor& cursor, const Secret& key);
// INVALID_ARGUMENT CURSOR_INVALID (a final caller error) for anything that ToText did not make.
absl::StatusOr<Cursor> CursorFromText(absl::string_view text, const Secret& key);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CURSOR_H_
