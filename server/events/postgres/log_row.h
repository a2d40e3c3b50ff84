// The row that holds the log's head, and where it begins. Who has locked it orders the log.
#ifndef SERVER_EVENTS_POSTGRES_LOG_ROW_H_
#define SERVER_EVENTS_POSTGRES_LOG_ROW_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "server/events/place.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

struct LogRow {
  std::string log_id;     // 16 raw bytes.
  std::string key_check;  // Under the look-up key.
  Place newest;
  // The newest event that retention removed.
  Place trimmed;
  // Events up to this are told to be removed soon; at most trimmed.sequence when none are.
  int64_t due_sequence = 0;
  // How often events were changed after they were committed.
  int64_t rewritten = 0;
  // A lower bound of the key clock.
  absl::Duration lived;
  // How often sealing keys were closed.
  int64_t keys_changed = 0;
};

// All of it, as others may see it.
inline constexpr Statement kReadLogRow = {
    "log_row",
    "SELECT log_id, key_check, next_sequence - 1, chain, newest_time_us, trimmed_sequence, "
    "trimmed_chain, trimmed_time_us, due_sequence, rewritten, lived_us, keys_changed FROM log"};
// The same, and nobody else gets it until the transaction ends. A statement of its own: one that
// locks and reads others' rows would see those as they were before it waited.
inline constexpr Statement kLockLogRow = {
    "lock_log_row",
    "SELECT log_id, key_check, next_sequence - 1, chain, newest_time_us, trimmed_sequence, "
    "trimmed_chain, trimmed_time_us, due_sequence, rewritten, lived_us, keys_changed "
    "FROM log FOR UPDATE"};

// Of either statement's answer, which has a row.
LogRow LogRowIn(const Rows& rows);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_LOG_ROW_H_
