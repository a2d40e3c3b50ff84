// Whether what was committed is where it must be. A COMMIT that says success proves nothing: its
// wait for a standby may have been cancelled, nobody may be named to wait for, a role's setting may
// have switched the wait off.
#ifndef SERVER_EVENTS_POSTGRES_PROOF_H_
#define SERVER_EVENTS_POSTGRES_PROOF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// What a 200 promises.
struct Durability {
  enum class By {
    // On the primary's disk and on those of `standbys` others for which it waits: proven each time.
    kStandbys,
    kLocal,   // On the primary's disk.
    kEngine,  // Whatever the engine's own commit means: nothing of it can be asked.
  };
  By by = By::kStandbys;
  int standbys = 1;
  // The application_name of each server that counts, as synchronous_standby_names has it.
  std::vector<std::string> names;
};

// What the proof's statement said.
struct Proven {
  int64_t lsn = 0;  // Everything that was visible when it was asked lies before this.
  int64_t standbys = 0;
  int64_t timeline = 0;
  bool commits_wait = false;  // The session's commits wait for the disk.
};

// The timeline in the proof's answer: where it was asked.
int64_t TimelineIn(const Rows& answer);

// How the proof follows a trip's other statements. Immutable.
class Proof {
 public:
  explicit Proof(Durability durability);

  // Adds the question; its answer is the trip's last.
  void Ask(Trip& trip) const;
  // Whether the answer proves what is wanted; else asks again, on the same connection, about the
  // same place until `limit` ends. Blocks. UNAVAILABLE LOG_UNREACHABLE.
  absl::StatusOr<Proven> Await(const Rows& answer, Connection& connection,
                               absl::Duration limit) const;

  const Durability& durability() const { return durability_; }

 private:
  bool Suffices(const Proven& proven) const;

  const Durability durability_;
  std::vector<std::string> names_;  // In lower case.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_PROOF_H_
