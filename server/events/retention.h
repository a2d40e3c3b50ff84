// What the log keeps.
#ifndef SERVER_EVENTS_RETENTION_H_
#define SERVER_EVENTS_RETENTION_H_

#include <cstdint>

#include "absl/time/time.h"

namespace kyc::events {

struct Retention {
  absl::Duration age = absl::Hours(24 * 90);
  int64_t count = 10'000'000;
  // Of references: at least `age`, else revisions would start again beside kept events.
  absl::Duration reference_age = absl::Hours(24 * 400);
  // Of entries of the audit log.
  absl::Duration audit_age = absl::Hours(24 * 365 * 5);
  // Of what was used.
  absl::Duration usage_age = absl::Hours(24 * 800);
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_RETENTION_H_
