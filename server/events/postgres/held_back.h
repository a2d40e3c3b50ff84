// What retention holds back because of a clock, told among the processes of one log: whoever keeps
// it tells how much, and any of them may let it go. All block.
#ifndef SERVER_EVENTS_POSTGRES_HELD_BACK_H_
#define SERVER_EVENTS_POSTGRES_HELD_BACK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// One keeper's part. One thread's.
class HeldBack {
 public:
  // Whether what waits was let go since the last look, by whichever process.
  absl::StatusOr<bool> TakeReleased(Connection& connection, absl::Duration limit);
  // How many events wait here, after TakeReleased. Several keepers may tell: 0 is told only by who
  // told another number before, or begins.
  absl::Status Tell(Connection& connection, absl::Duration limit, int64_t waiting);

 private:
  absl::optional<int64_t> released_;  // How often, as seen last.
  int64_t there_ = 0;                 // What is told, as seen last.
  bool tells_ = true;                 // What is there may be its own, or of one that was before it.
};

// Lets go what keepers hold back. Returns how many events they told of; when 0 nothing changes.
absl::StatusOr<int64_t> ReleaseHeldBack(Connection& connection, absl::Duration limit);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_HELD_BACK_H_
