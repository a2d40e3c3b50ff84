#include "server/events/call_keys.h"

namespace kyc::events {

KeyFound JudgeKey(const absl::optional<KeyRow>& row, absl::string_view content,
                  absl::string_view run_id, bool owner_may_live) {
  if (!row.has_value()) return KeyFound::kClaimed;
  if (!row->content.empty() && row->content != content) return KeyFound::kReused;
  switch (row->state) {
    case KeyState::kAnswered:
      return KeyFound::kAnswered;
    case KeyState::kClaimed:
      if (row->run_id == run_id) return KeyFound::kClaimed;
      return owner_may_live ? KeyFound::kRunning : KeyFound::kLost;
    case KeyState::kLost:
      break;
  }
  return KeyFound::kLost;  // Also of a state that a later version wrote.
}

}  // namespace kyc::events
