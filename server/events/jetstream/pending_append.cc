#include "server/events/jetstream/pending_append.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/events/jetstream/api.h"

namespace kyc::events::jetstream {

Outgoing ReadRequest(const PendingAppend& append, const std::string& stream) {
  Outgoing outgoing;
  outgoing.subject = GetSubject(stream);
  outgoing.data = LastOfSubjectRequest(append.subject);
  return outgoing;
}

Outgoing LookBackRequest(const PendingAppend& append, const std::string& stream) {
  Outgoing outgoing;
  outgoing.subject = GetSubject(stream);
  outgoing.data = NextOfSubjectRequest(append.subject, *append.unanswered_after);
  return outgoing;
}

Outgoing PublishRequest(const PendingAppend& append, const std::string& stream,
                        absl::string_view log_id, const Secret& message_key) {
  Outgoing outgoing;
  outgoing.subject = append.subject;
  const std::string message_id = absl::StrCat(
      absl::BytesToHexString(append.draft.reference_digest()), ":", append.draft.revision());
  outgoing.headers = PublishHeaders(stream, message_id, SequenceOf(append.latest));
  outgoing.data = Encode(append.draft, log_id, append.subject, message_key);
  return outgoing;
}

absl::StatusOr<absl::optional<Latest>> EventIn(const Message& answer, const PendingAppend& append,
                                               absl::string_view log_id,
                                               const Secret& message_key) {
  const absl::StatusOr<absl::optional<Kept>> kept = ReadKept(answer);
  if (!kept.ok()) return kept.status();
  if (!kept->has_value()) return absl::optional<Latest>();
  auto event = Decode((*kept)->data, log_id, append.subject, message_key);
  if (!event.ok()) return event.status();
  return absl::make_optional(Latest{(*kept)->sequence, *std::move(event)});
}

bool IsOurs(const PendingAppend& append, const absl::optional<Latest>& event) {
  return event.has_value() && event->event.event_id() == append.draft.event_id();
}

}  // namespace kyc::events::jetstream
