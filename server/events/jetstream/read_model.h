// A gateway's own copy of the stream, in an SQLite file of the event log's schema: all reads are
// made here. It can be thrown away at any time; the stream makes it anew.
#ifndef SERVER_EVENTS_JETSTREAM_READ_MODEL_H_
#define SERVER_EVENTS_JETSTREAM_READ_MODEL_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "kyc/log/v1/stored_event.pb.h"
#include "server/events/event_log.h"
#include "server/events/file_lock.h"
#include "server/events/log_file.h"
#include "server/events/places.h"
#include "server/events/read_pool.h"
#include "server/events/retention.h"
#include "server/events/sqlite.h"

namespace kyc::events::jetstream {

// A message of the stream, in the stream's order.
struct StreamEvent {
  int64_t sequence = 0;
  int64_t time_us = 0;
  kyc::log::v1::StoredEvent event;
};

// Apply, BeginAfter, Trim and WithAnotherBefore: the follower's thread. The others are thread-safe.
//
// Its chain is not cumulative as an SQLite log's is: what stands for an event is made of its
// sequence, random id and content alone. A gateway that began to follow later has the same, and a
// stream of another history has another id at that place.
class ReadModel {
 public:
  // Blocks, as OpenReadModel. `file` outlives it.
  static absl::StatusOr<std::unique_ptr<ReadModel>> Open(const LogFile& file,
                                                         absl::Duration read_time_limit);

  // The random id of the newest event; empty when none is kept.
  absl::StatusOr<std::string> NewestEventId() const;
  // Begins anew, with nothing.
  absl::Status Clear();

  // Commits the events that are newer than what is here, and tells of them. Those older than
  // `retention` only move the log's beginning. UNAVAILABLE when one cannot be opened (its key is
  // not here) or the disk fails: nothing is applied, and it can be tried again.
  absl::Status Apply(const std::vector<StreamEvent>& events, const Retention& retention,
                     absl::Time now);
  // Everything through this sequence is gone from the stream, and was never here: the log begins
  // after it.
  absl::Status BeginAfter(const StreamEvent& event);
  // Of these events, which were applied, the sequences of those whose reference has another event
  // before them here than their publisher knew of, or none though its is not trimmed.
  absl::StatusOr<std::vector<int64_t>> WithAnotherBefore(const std::vector<StreamEvent>& events);
  // Tells which events are due, and removes some of them once `notice` is over: their readers have
  // so long to resume after them. Returns whether more may be removed now.
  absl::StatusOr<bool> Trim(const Retention& retention, absl::Time now, absl::Duration notice);

  Ends ends() const;
  // Whether everything up to the sequence has been applied, now or before the timeout.
  bool AwaitApplied(int64_t sequence, absl::Duration timeout) const;
  void SetOnCommitted(EventLog::OnCommitted on_committed);
  void SetOnTrimming(EventLog::OnTrimming on_trimming);
  const ReadPool& readers() const { return readers_; }

 private:
  ReadModel(FileLock lock, const LogFile& file, Database database, absl::Duration read_time_limit);

  absl::Status Insert(const StreamEvent& event, Place& end);
  absl::Status NoteTrimmed(const Place& place);
  absl::StatusOr<std::vector<Event>> EventsAfter(int64_t sequence);
  absl::Status TellDue(const Retention& retention, absl::Time now);
  absl::Status Refresh();
  void Publish(std::vector<Event> events);

  const FileLock lock_;  // Let go of last.
  const LogFile& file_;
  Database database_;
  const ReadPool readers_;

  mutable std::mutex mutex_;
  mutable std::condition_variable applied_;
  Ends ends_;
  EventLog::OnCommitted on_committed_;
  EventLog::OnTrimming on_trimming_;
  int64_t trimming_through_ = 0;  // What readers were told of.
  absl::Time trimming_begin_;     // The follower's thread's.
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_READ_MODEL_H_
