#include "server/events/jetstream/stored_event.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/crypto/mac.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"

namespace kyc::events::jetstream {
namespace {

using ::kyc::log::v1::StoredEvent;
using ::netzme::v1::UpgradeEvent;

constexpr size_t kMacBytes = 16;
constexpr size_t kOlderContentBytes = 8;
constexpr size_t kOlderContents = 64;
constexpr size_t kPreviousEventBytes = 8;
constexpr size_t kDigestBytes = 16;

std::string MacOf(absl::string_view log_id, absl::string_view subject, absl::string_view event,
                  const Secret& message_key) {
  // A log id has always 16 bytes, and no subject holds a zero byte.
  return LookupDigest(message_key,
                      absl::StrCat(log_id, subject, absl::string_view("\0", 1), event));
}

bool OlderHas(const StoredEvent& latest, absl::string_view content_digest) {
  const absl::string_view wanted = content_digest.substr(0, kOlderContentBytes);
  absl::string_view older = latest.older_contents();
  for (; older.size() >= kOlderContentBytes; older.remove_prefix(kOlderContentBytes)) {
    if (older.substr(0, kOlderContentBytes) == wanted) return true;
  }
  return false;
}

bool IsWhole(const StoredEvent& event) {
  return event.event_id().size() == kEventIdBytes && event.revision() > 0 &&
         event.reference_digest().size() == kDigestBytes &&
         event.content_digest().size() == kDigestBytes;
}

}  // namespace

Secret MessageKey(const Secret& lookup_key) {
  return Secret(crypto::Hmac(lookup_key, "stream message"));
}

std::string SubjectOf(absl::string_view prefix, absl::string_view reference_digest) {
  return absl::StrCat(prefix, ".", absl::BytesToHexString(reference_digest));
}

StoredEvent Draft(const UpgradeEvent& notification, const LogFile& file) {
  StoredEvent draft;
  draft.set_event_id(crypto::RandomBytes(kEventIdBytes));
  draft.set_status(notification.status());
  if (!notification.type().empty()) {
    draft.set_type(LookupDigest(file.keys.type, notification.type()));
  }
  draft.set_account_digest(LookupDigest(file.keys.account, notification.account()));
  draft.set_anomalies(AnomalyBits(notification));
  draft.set_reference_digest(
      LookupDigest(file.keys.reference, notification.original_reference_no()));
  if (!notification.cust_id().empty()) {
    draft.set_cust_id_digest(LookupDigest(file.keys.cust_id, notification.cust_id()));
  }
  draft.set_content_digest(ContentDigest(file.keys.content, notification));
  SealedColumns sealed = SealEvent(notification, draft.event_id(), file);
  draft.set_sealed_fields(std::move(sealed.fields));
  draft.set_sealed_raw_body(std::move(sealed.raw_body));
  return draft;
}

int64_t SequenceOf(const absl::optional<Latest>& latest) {
  return latest.has_value() ? latest->sequence : 0;
}

absl::optional<ReferenceState> StateOf(const absl::optional<Latest>& latest) {
  if (!latest.has_value()) return absl::nullopt;
  ReferenceState state;
  state.sequence = latest->sequence;
  state.revision = latest->event.revision();
  state.status = static_cast<::netzme::v1::UpgradeStatus>(latest->event.status());
  state.content_digest = latest->event.content_digest();
  return state;
}

void Place(const Verdict& verdict, const absl::optional<Latest>& latest, StoredEvent& draft) {
  constexpr int64_t kRedelivery = int64_t{1} << ::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY;
  draft.set_revision(verdict.revision);
  draft.set_previous_status(verdict.previous_status);
  draft.set_anomalies(draft.anomalies() & ~kRedelivery);
  draft.clear_older_contents();
  draft.clear_previous_sequence();
  draft.clear_previous_event();
  if (!latest.has_value()) return;
  draft.set_previous_sequence(latest->sequence);
  draft.set_previous_event(latest->event.event_id().substr(0, kPreviousEventBytes));
  if (verdict.has_older && OlderHas(latest->event, draft.content_digest())) {
    draft.set_anomalies(draft.anomalies() | kRedelivery);
  }
  std::string older = latest->event.content_digest().substr(0, kOlderContentBytes);
  older += latest->event.older_contents();
  older.resize(std::min(older.size(), kOlderContents * kOlderContentBytes));
  draft.set_older_contents(std::move(older));
}

std::string Encode(const StoredEvent& event, absl::string_view log_id, absl::string_view subject,
                   const Secret& message_key) {
  const std::string bytes = event.SerializeAsString();
  return absl::StrCat(MacOf(log_id, subject, bytes, message_key), bytes);
}

absl::StatusOr<StoredEvent> Decode(absl::string_view data, absl::string_view log_id,
                                   absl::string_view subject, const Secret& message_key) {
  const absl::string_view mac = data.substr(0, kMacBytes);
  const absl::string_view bytes = data.substr(mac.size());
  const Secret right(MacOf(log_id, subject, bytes, message_key));
  if (mac.size() != kMacBytes || !crypto::SecretEquals(right, mac)) {
    return absl::DataLossError("a message of the stream was not made by a gateway of this log");
  }
  StoredEvent event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !IsWhole(event)) {
    return absl::DataLossError("a message of the stream is of a form that is not known here");
  }
  return event;
}

}  // namespace kyc::events::jetstream
