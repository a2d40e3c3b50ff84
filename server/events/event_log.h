// Every notification ever accepted, in one order, on disk.
#ifndef SERVER_EVENTS_EVENT_LOG_H_
#define SERVER_EVENTS_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/cursor.h"

namespace kyc::events {

// A committed event and its place.
struct Event {
  ::netzme::v1::UpgradeEvent event;  // All fields set, raw_body too.
  Position position;
};

// What became of an append.
struct Appended {
  int64_t sequence = 0;
  int64_t revision = 0;
  bool repeat = false;  // The reference's latest event has the same content; nothing was appended.
};

// Some events, oldest first, and how far was looked: everything matching up to `through` is in
// this page or was in one before.
struct Page {
  std::vector<Event> events;
  Position through;
};

// The log's ends. Both are the zero position in a log that never held an event; `oldest` is the
// position just before the oldest kept event, so resuming there sees it.
struct Ends {
  Position oldest;
  Position newest;
};

// What to list, newest first.
struct ListQuery {
  ::netzme::v1::UpgradeFilter filter;
  int64_t below = 0;        // Only sequences below this; 0: from the end.
  int64_t upper_bound = 0;  // With latest_only: judge "latest" among sequences up to this; 0: all.
  int limit = 0;
  bool latest_only = false;
};

// Some events, newest first, and how far was looked: everything matching at or above `below` is in
// this list or was above what was asked for.
struct ListPage {
  std::vector<Event> events;
  int64_t below = 0;  // Goes on by ListQuery::below.
  bool more = false;  // Whether the log has events below, matching or not.
};

// A copy of the log that is on the disk.
struct BackedUp {
  int64_t newest_sequence = 0;
  int64_t size_bytes = 0;
};

// Whose events: of a reference, or of a customer; of one account, or of any where it is empty.
struct Subject {
  std::string reference = {};
  std::string cust_id = {};  // Where there is no reference.
  std::string account = {};
};

// What somebody's right asks for.
struct PersonalAct {
  enum class Kind { kErase, kRestrict, kLift };
  Kind kind = Kind::kErase;
  Subject subject;
  std::string caller;  // Who has it done.
};

// What a step of it came to.
struct ActedOn {
  int64_t events = 0;
  int64_t answers = 0;  // Of calls with a request_id that carried the subject's reference.
  bool more = false;    // Some are left: ask again.
};

// Thread-safe. Makers: SqliteLog::Open. Errors: UNAVAILABLE when the engine cannot serve now,
// DATA_LOSS LOG_DAMAGED when what it holds is not what was written.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Commits a notification: `notification` has the fields that came from Netzme (7 and above) and
  // its anomalies; sequence, event_id, received_time, revision, previous_status and
  // ANOMALY_POSSIBLE_REDELIVERY are given here. Judges repeats and revisions. Answers once it is
  // durable. Calls that wait together share one commit; a lone one is not delayed. Bounded: answers
  // RESOURCE_EXHAUSTED at once when too many wait. Returns at once.
  virtual void Append(::netzme::v1::UpgradeEvent notification,
                      absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) = 0;

  // Erases or restricts at most some hundreds of a subject's events; they are asked for until there
  // are no more. NOT_FOUND UPGRADE_NOT_FOUND if there is nothing of it, INVALID_ARGUMENT
  // INVALID_REQUEST if a reference without account is of several. Durable when `done` is called.
  // Bounded as Append is. Returns at once.
  virtual void Act(PersonalAct act, absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done) = 0;

  // At most `limit` matching events after `after`. OUT_OF_RANGE if some event after it was trimmed,
  // DATA_LOSS LOG_DAMAGED if one is missing otherwise, as far as that can be seen with this filter:
  // a reader never skips unawares. Blocks: reader pool only.
  virtual absl::StatusOr<Page> ReadAfter(Position after, int limit,
                                         const ::netzme::v1::UpgradeFilter& filter) const = 0;
  // The newest event of a reference of this account. With no account: of whichever has one;
  // INVALID_ARGUMENT INVALID_REQUEST if several have. Blocks.
  virtual absl::StatusOr<absl::optional<Event>> Latest(const std::string& reference,
                                                       const std::string& account) const = 0;
  // Whether such a reference had events, all of which retention has removed. Blocks.
  virtual absl::StatusOr<bool> WasRemoved(const std::string& reference,
                                          const std::string& account) const = 0;
  // At most `limit` matching events, newest first. Looks at a bounded number of events: a list may
  // be short, or empty, while there are more. Blocks.
  virtual absl::StatusOr<ListPage> List(const ListQuery& query) const = 0;
  // The position just before the first event received at or after `since`. Blocks.
  virtual absl::StatusOr<Position> Before(absl::Time since) const = 0;

  // Where the log begins and ends. Does not block. A read may see a commit a moment before this
  // does; whoever is told of a commit or answered finds it here.
  virtual Ends ends() const = 0;

  // OK, or why nothing is served: what OnLost was told, until it is over. Does not block.
  virtual absl::Status history() const { return absl::OkStatus(); }

  // False from a commit that failed until one succeeds; the log tries by itself meanwhile. Does not
  // block.
  virtual bool writable() const = 0;

  // True once the log was found to be damaged, by whoever reads it or looks for that; until a
  // restart. Does not block.
  virtual bool damaged() const { return false; }

  // FAILED_PRECONDITION BACKUP_BY_SERVERS for an engine whose servers are backed up by their own
  // means, with how. Does not block.
  virtual absl::Status MayBackUp() const { return absl::OkStatus(); }
  // Copies the log, as it is at one moment, to a new file, checked and synced; readers and writer
  // go on. ALREADY_EXISTS BACKUP_EXISTS, UNKNOWN BACKUP_FAILED, also when told to stop; as
  // MayBackUp where it may not. Blocks for as long as that takes.
  virtual absl::StatusOr<BackedUp> BackUp(const std::string& path, std::stop_token stop) const = 0;

  // The text of a position, and back. Errors of FromText are final caller errors with reason
  // CURSOR_INVALID, CURSOR_FOREIGN, CURSOR_EXPIRED or CURSOR_AHEAD. FromText blocks (it looks the
  // chain up in the log).
  virtual std::string CursorText(Position position) const = 0;
  virtual absl::StatusOr<Position> PositionFromText(const std::string& text) const = 0;

  // Called after each commit, on the writer's thread, with what was appended, in order; must not
  // block. Set once, before the first Append.
  using OnCommitted = std::function<void(std::shared_ptr<const std::vector<Event>>)>;
  virtual void SetOnCommitted(OnCommitted on_committed) = 0;

  // Called after events that were committed before were changed by Act, here or by another process;
  // must not block. Who keeps events in memory lets go of them. Set once.
  using OnRewritten = std::function<void()>;
  virtual void SetOnRewritten(OnRewritten on_rewritten) = 0;

  // Called on the writer's thread before events up to sequence `through` are removed, so early that
  // their readers can be told and can still resume; must not block. Set once. It may be called
  // while it is set, on that thread. An engine that never tells lets readers find out by
  // OUT_OF_RANGE.
  using OnTrimming = std::function<void(int64_t through)>;
  virtual void SetOnTrimming(OnTrimming) {}

  // Lets retention remove what waits because a clock's jump would make far more than usual due at
  // once, whichever process of this log holds it back. Returns how many events that are. Errors as
  // of a read. Blocks.
  virtual absl::StatusOr<int64_t> ReleaseRetention() { return int64_t{0}; }

  // Called when the log is found to lack what was shown of it, with the final caller error; streams
  // end with that. Must not block. Set once.
  // Meanwhile nobody is to begin, not even with what was read before.
  using OnLost = std::function<void(const absl::Status& why)>;
  virtual void SetOnLost(OnLost) {}

  // A stable id of this log, in cursors and page tokens.
  virtual std::string log_id() const = 0;
  // An HMAC under the log's own key, for page tokens.
  virtual std::string Sign(const std::string& text) const = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_EVENT_LOG_H_
