// Looks at every event of a log that is used, little by little, again and again.
#ifndef SERVER_EVENTS_SQLITE_INSPECTOR_H_
#define SERVER_EVENTS_SQLITE_INSPECTOR_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/place.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/read_pool.h"

namespace kyc::events {

struct InspectorOptions {
  // After each 256 events, so that at most 5,000 events a second are looked at.
  absl::Duration pause = absl::Milliseconds(50);
  // From the end of one round to the next one's beginning.
  absl::Duration between_rounds = absl::Hours(24);
};

// Has a thread of its own. Of each event: that it follows the one before it, in sequence and chain;
// that its sealed texts open; that it is found by its reference. A damaged one ends the round: what
// lies behind is looked at in the next.
class Inspector {
 public:
  // `file` and `readers` outlive it. `on_damage` is called on its thread, with DATA_LOSS.
  Inspector(const LogFile& file, const ReadPool& readers, InspectorOptions options,
            std::function<void(const absl::Status&)> on_damage);
  ~Inspector();

  // Another round begins now, or follows the one that is under way. Thread-safe.
  void LookAgain();

 private:
  void Run();
  void Round();
  enum class Until { kTime, kWanted };
  // Until the time is over, or another round is wanted if that counts. Returns false when it is to
  // end.
  bool Wait(absl::Duration duration, Until until);

  const LogFile& file_;
  const ReadPool& readers_;
  const InspectorOptions options_;
  const std::function<void(const absl::Status&)> on_damage_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  bool wanted_ = false;
  std::thread thread_;  // Last: it uses all the others.
};

// Looks at the next events after `place`. Returns where it came to; `place` itself at the log's
// end. DATA_LOSS LOG_DAMAGED.
absl::StatusOr<Place> InspectAfter(Database& database, const LogFile& file, const Place& place);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_INSPECTOR_H_
