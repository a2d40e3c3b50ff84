// How far the log is known to this process: what was proven to be kept, and whether it still is.
#ifndef SERVER_EVENTS_POSTGRES_PROGRESS_H_
#define SERVER_EVENTS_POSTGRES_PROGRESS_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/events/place.h"

namespace kyc::events::postgres {

// Thread-safe.
class Progress {
 public:
  // Everything up to here is proven. Never goes back.
  void Advance(const Place& newest);
  void SetTrimmed(const Place& trimmed);
  // So far is the key clock where it is proven: whoever lacks that lacks calls' keys.
  void AdvanceLived(absl::Duration lived);
  absl::Duration lived() const;

  // The newest event that may be shown or was acknowledged.
  Place newest() const;
  Place trimmed() const;
  Ends ends() const;
  // False: it did not come so far in time.
  bool Await(int64_t sequence, absl::Duration limit) const;

  // What the last look at the primary found. Returns whether that is news.
  bool SetHistory(absl::Status history);
  // OK, or DATA_LOSS LOG_HISTORY_LOST: the primary lacks events that were acknowledged.
  absl::Status history() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable advanced_;
  Place newest_;
  Place trimmed_;
  absl::Duration lived_;
  absl::Status history_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_PROGRESS_H_
