// The appends of a publisher that are not answered yet: by number, by when something is due, and in
// a line for each reference.
#ifndef SERVER_EVENTS_JETSTREAM_APPEND_LINES_H_
#define SERVER_EVENTS_JETSTREAM_APPEND_LINES_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/events/jetstream/pending_append.h"

namespace kyc::events::jetstream {

// One thread. How many there are is bounded by whoever adds.
class AppendLines {
 public:
  using Clock = PendingAppend::Clock;

  // At the end of its reference's line, due at its deadline. The draft is there.
  PendingAppend& Add(PendingAppend append);
  bool IsFirst(const PendingAppend& append) const;
  // Null: it is answered.
  PendingAppend* Find(uint64_t id) const;

  bool empty() const { return appends_.empty(); }
  // The one that is due first; there is one.
  PendingAppend& Next() const { return *appends_.at(due_.begin()->second); }
  // After `delay`, or at the deadline if that is sooner.
  void SetDue(PendingAppend& append, Clock::duration delay);

  // Destroys it. The one who is first of its reference now, if that has changed.
  PendingAppend* Remove(const PendingAppend& append);

 private:
  absl::flat_hash_map<uint64_t, std::unique_ptr<PendingAppend>> appends_;
  absl::flat_hash_map<std::string, std::deque<uint64_t>> by_reference_;
  std::set<std::pair<Clock::time_point, uint64_t>> due_;
  uint64_t next_id_ = 1;
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_APPEND_LINES_H_
