// Who saw and did what to whose data: an append-only log beside the events.
#ifndef SERVER_EVENTS_AUDIT_H_
#define SERVER_EVENTS_AUDIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kyc::events {

// What is to be noted. Reference and customer are kept as keyed digests only.
struct AuditNote {
  std::string caller;
  std::string act;           // "netzme.v1.UpgradeNotificationService/GetUpgrade VIEW_FULL"
  std::string outcome = {};  // Empty: it was let. Else the reason it was refused for.
  std::string source = {};   // Where from, where no caller says so: an address, a host.
  std::string reference = {};
  std::string cust_id = {};
  std::string purpose = {};  // The caller's words, sealed.
  // Which events could be seen; 0 if none.
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  int64_t times = 1;  // How many alike it stands for.
};

struct AuditEntry {
  int64_t id = 0;  // Rising by one.
  absl::Time time;
  std::string caller;
  std::string act;
  std::string outcome;
  std::string source;
  std::string purpose;
  bool purpose_gone = false;  // Its sealing key is not given any more.
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  int64_t times = 1;
};

// Which entries, newest first. What is empty is not asked for.
struct AuditQuery {
  // Entries about it, and those of pages and streams that could have shown an event of it: of
  // events that are removed or erased it is not known whose they were, so all that reached so far
  // are told.
  std::string reference = {};
  std::string cust_id = {};
  std::string caller = {};
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  int64_t below = 0;  // Ids below this; 0: from the end.
  int limit = 0;
};

struct AuditPage {
  std::vector<AuditEntry> entries;
  int64_t below = 0;  // For the next query; 0: there is nothing more.
};

// Thread-safe. Each entry has a keyed hash over all before it.
class Audit {
 public:
  virtual ~Audit() = default;

  // All together. Durable when `done` is called with OK; shares the log's commits. Else
  // UNAVAILABLE, and nothing that is to be noted may be done: the entry may be there all the same.
  // Returns at once; `done` comes on any thread and must not block.
  virtual void Note(std::vector<AuditNote> notes,
                    absl::AnyInvocable<void(absl::Status) &&> done) = 0;
  // Looks at 10,000 entries at most, so that a page may be short, or empty, and yet not the last.
  // DATA_LOSS LOG_DAMAGED if an entry that is listed does not follow the one before it. Blocks.
  virtual absl::StatusOr<AuditPage> ListAudit(const AuditQuery& query) const = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_AUDIT_H_
