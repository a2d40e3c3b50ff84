// Writes events: judges, seals, inserts. Everything that one append does inside its transaction.
#ifndef SERVER_EVENTS_SQLITE_EVENT_WRITER_H_
#define SERVER_EVENTS_SQLITE_EVENT_WRITER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/events/judge.h"
#include "server/events/new_event.h"
#include "server/events/place.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// Used by the writer's thread. Ends before its database. After any error, or a transaction that was
// not committed, it no longer knows where the log ends and must be made anew.
class EventWriter {
 public:
  // Neither is owned.
  static absl::StatusOr<EventWriter> Prepare(Database& database, const LogFile& file);

  struct Written {
    Appended appended;
    absl::optional<Event> event;  // None for a repeat.
  };
  // Inside a transaction of the database.
  absl::StatusOr<Written> Append(::netzme::v1::UpgradeEvent notification, absl::Time now);

  // After the newest append.
  const Place& end() const { return end_; }

 private:
  EventWriter(Statement find_latest, Statement find_trimmed, Statement find_content,
              Statement insert_event, const LogFile& file, Place end);

  // By the reference's newest event or, when all its events are trimmed, by what retention kept.
  absl::StatusOr<absl::optional<ReferenceState>> FindReference(const EventDigests& digests);
  absl::StatusOr<bool> OlderEventHas(const EventDigests& digests);
  absl::Status Insert(const NewEvent& made, const EventDigests& digests);

  Statement find_latest_;
  Statement find_trimmed_;
  Statement find_content_;
  Statement insert_event_;
  const LogFile* file_;
  Place end_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_EVENT_WRITER_H_
