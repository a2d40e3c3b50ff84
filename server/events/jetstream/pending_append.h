// An append that is not answered yet.
#ifndef SERVER_EVENTS_JETSTREAM_PENDING_APPEND_H_
#define SERVER_EVENTS_JETSTREAM_PENDING_APPEND_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "kyc/log/v1/stored_event.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/secret.h"
#include "server/events/event_log.h"
#include "server/events/jetstream/nats.h"
#include "server/events/jetstream/send_queue.h"
#include "server/events/jetstream/stored_event.h"

namespace kyc::events::jetstream {

// The publisher's worker owns it.
struct PendingAppend {
  using Clock = std::chrono::steady_clock;

  enum class Step {
    kQueued,       // Behind another one of its reference.
    kPausing,      // Before it reads (again).
    kReading,      // The latest message is asked for.
    kLookingBack,  // It is asked whether what was published without an answer is stored.
    kPublishing,   // The message was sent.
  };

  ::netzme::v1::UpgradeEvent notification;
  absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done;
  Clock::time_point begin;
  Clock::time_point deadline;

  uint64_t id = 0;
  kyc::log::v1::StoredEvent draft;
  std::string subject;
  absl::optional<Latest> latest;
  // It was published to follow this sequence, and no answer told what became of it: if it is
  // stored, then as the reference's next message.
  absl::optional<int64_t> unanswered_after;

  Step step = Step::kQueued;
  // Answers to earlier ones than this are too late.
  uint64_t attempt = 0;
  int refusals = 0;
  // When something must be done even if no answer comes: at the deadline at the latest.
  Clock::time_point due;
};

// Asks the stream's leader for the latest message of the append's reference.
Outgoing ReadRequest(const PendingAppend& append, const std::string& stream);
// Asks it for what followed `unanswered_after`.
Outgoing LookBackRequest(const PendingAppend& append, const std::string& stream);
// Publishes its draft after `latest`.
Outgoing PublishRequest(const PendingAppend& append, const std::string& stream,
                        absl::string_view log_id, const Secret& message_key);

// The event that the answer to one of these reads holds. DATA_LOSS: no gateway of this log made it.
absl::StatusOr<absl::optional<Latest>> EventIn(const Message& answer, const PendingAppend& append,
                                               absl::string_view log_id, const Secret& message_key);
// Whether it is the append's own.
bool IsOurs(const PendingAppend& append, const absl::optional<Latest>& event);

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_PENDING_APPEND_H_
