// Bodies that could not be read, kept for an operator: notifications that were refused with 400,
// because they may never be sent again, and upstreams' replies, because nothing else tells what an
// upstream sends now.
#ifndef SERVER_EVENTS_QUARANTINE_H_
#define SERVER_EVENTS_QUARANTINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::events {

// The numbers are stored.
enum class QuarantinedKind { kNotification = 1, kReply = 2 };

// Whose room an entry takes.
struct QuarantineOwner {
  QuarantinedKind kind = QuarantinedKind::kNotification;
  std::string account;
  std::string source = {};  // Of a reply: "widekyc id-recognize".
};

// What is to be kept.
struct BodyToKeep {
  QuarantineOwner owner;
  std::string answer;  // "4000002 Invalid Mandatory Field status"
  std::string body;
  std::string request_id = {};  // Of a reply: the call's.
};

// How an entry became an event.
struct Redriven {
  absl::Time time;
  std::string caller;
  int64_t sequence = 0;
};

struct QuarantinedBody {
  int64_t id = 0;
  absl::Time received_time;
  QuarantineOwner owner;
  std::string answer;
  std::string request_id;
  int64_t times_received = 1;
  int64_t size_bytes = 0;
  absl::optional<Redriven> redriven;
  std::string body;  // Only from Get.
};

// Thread-safe; sealed at rest. The SQLite log implements it over its own file and writer. What has
// room is said by quarantine_rules.h.
class Quarantine {
 public:
  virtual ~Quarantine() = default;

  // Keeps a body, once for each owner: the same bytes again only raise times_received. Durable when
  // `done` is called. RESOURCE_EXHAUSTED QUARANTINE_FULL when its owner has no room. Returns at
  // once.
  virtual void Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) = 0;
  // At most `limit` entries with an id above `after`, oldest first, without bodies; of one kind
  // where that is given. Blocks.
  virtual absl::StatusOr<std::vector<QuarantinedBody>> ListQuarantined(
      int64_t after, int limit, absl::optional<QuarantinedKind> kind = absl::nullopt) const = 0;
  // NOT_FOUND if there is none. Blocks.
  virtual absl::StatusOr<QuarantinedBody> GetQuarantined(int64_t id) const = 0;
  // Notes on an entry what became of it; from then on it takes no room of what is still to be read.
  // NOT_FOUND if there is none. Durable when `done` is called. Returns at once.
  virtual void MarkRedriven(int64_t id, Redriven redriven,
                            absl::AnyInvocable<void(absl::Status) &&> done) = 0;
  // NOT_FOUND if there is none. Durable when `done` is called. Returns at once.
  virtual void Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) = 0;

  // How much of its share the fullest of the notifications' accounts uses: 1 when it is full. Does
  // not block.
  virtual double used_ratio() const = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_QUARANTINE_H_
