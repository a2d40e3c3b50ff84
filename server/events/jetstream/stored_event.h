// An event as a message of the stream. Pure.
#ifndef SERVER_EVENTS_JETSTREAM_STORED_EVENT_H_
#define SERVER_EVENTS_JETSTREAM_STORED_EVENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "kyc/log/v1/stored_event.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/secret.h"
#include "server/events/judge.h"
#include "server/events/log_file.h"

namespace kyc::events::jetstream {

// What of the look-up key makes messages; a subkey of its own.
Secret MessageKey(const Secret& lookup_key);

// The subject of a reference: prefix.HEX. A raw reference may hold what means something to NATS,
// and subjects show in its logs.
std::string SubjectOf(absl::string_view prefix, absl::string_view reference_digest);

// What a notification's message will hold whatever its revision: all that is costly.
kyc::log::v1::StoredEvent Draft(const ::netzme::v1::UpgradeEvent& notification,
                                const LogFile& file);

// What of the latest message of a reference decides about the next one.
struct Latest {
  int64_t sequence = 0;
  kyc::log::v1::StoredEvent event;
};
// 0: there is none.
int64_t SequenceOf(const absl::optional<Latest>& latest);
absl::optional<ReferenceState> StateOf(const absl::optional<Latest>& latest);

// The draft as the event after `latest`, of which `verdict` was made.
void Place(const Verdict& verdict, const absl::optional<Latest>& latest,
           kyc::log::v1::StoredEvent& draft);

// A message's data: a MAC over log, subject and event, and the event. Nobody without the look-up
// key makes one, nor moves one to another subject or log.
std::string Encode(const kyc::log::v1::StoredEvent& event, absl::string_view log_id,
                   absl::string_view subject, const Secret& message_key);
// DATA_LOSS: it is not one that Encode made for this place.
absl::StatusOr<kyc::log::v1::StoredEvent> Decode(absl::string_view data, absl::string_view log_id,
                                                 absl::string_view subject,
                                                 const Secret& message_key);

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_STORED_EVENT_H_
