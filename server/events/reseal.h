// Sealing again, under the key that seals now, what older keys sealed: step by step, while the log
// is used.
#ifndef SERVER_EVENTS_RESEAL_H_
#define SERVER_EVENTS_RESEAL_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace kyc::events {

// How far it has come in a pass over all that is sealed.
struct ResealPlace {
  enum class Part { kEvents, kQuarantine, kAnswers, kPurposes, kEnd };
  Part part = Part::kEvents;
  int64_t after = 0;      // The last sequence or id that was looked at.
  std::string after_key;  // Likewise, of rows without a number.
};

// What one step came to.
struct ResealStep {
  ResealPlace next;
  int64_t sealed = 0;    // Rows that another key had sealed.
  int64_t unopened = 0;  // Rows whose key is not here, or that were altered: left as they are.
  int64_t skipped = 0;   // Rows that somebody else had at the time: another pass is needed.
  int64_t left = 0;      // About how many rows of the pass are beyond the place.
};

// What an engine does of it. Each blocks, on the resealer's thread.
struct ResealWork {
  // From when this says true, nothing more is sealed with an older key. False: another process may.
  std::function<absl::StatusOr<bool>()> close;
  std::function<absl::StatusOr<ResealStep>(const ResealPlace&)> step;
  // Nothing is sealed with an older key: they are not to be used again. False: it has to begin
  // anew.
  std::function<absl::StatusOr<bool>()> retire;
};

// So many rows are sealed again by one step, and so many places looked at: a transaction of some
// milliseconds.
inline constexpr int64_t kRowsPerReseal = 128;
inline constexpr int64_t kPlacesPerReseal = 2'048;

}  // namespace kyc::events

#endif  // SERVER_EVENTS_RESEAL_H_
