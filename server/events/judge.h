// What becomes of a notification, given what its reference looks like. Pure.
#ifndef SERVER_EVENTS_JUDGE_H_
#define SERVER_EVENTS_JUDGE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::events {

// The latest event of a reference, which is one of its account: two accounts may use the same text.
// Remembered longer than the event itself.
struct ReferenceState {
  int64_t sequence = 0;
  int64_t revision = 0;
  ::netzme::v1::UpgradeStatus status = ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;
  std::string content_digest;  // Empty: not known whether it is this account's.
  bool restricted = false;
};

struct Verdict {
  // The latest event says the same already: append nothing, answer with its place.
  bool repeat = false;
  // The revision of the event to append, or of the one repeated.
  int64_t revision = 0;
  // The status before the event to append.
  ::netzme::v1::UpgradeStatus previous_status = ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;
  // Events older than the latest exist, and one of them may say the same.
  bool has_older = false;
  // The event to append is hidden, as the reference's events are.
  bool restricted = false;
};

// `latest` is none for a reference that was never seen.
Verdict Judge(const absl::optional<ReferenceState>& latest, absl::string_view content_digest);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_JUDGE_H_
