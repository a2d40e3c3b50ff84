#include "server/events/new_event.h"

#include <algorithm>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "server/crypto/mac.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::netzme::v1::UpgradeEvent;

std::string DigestOrEmpty(const Secret& key, const std::string& text) {
  return text.empty() ? std::string() : LookupDigest(key, text);
}

Place PlaceAfter(const Place& end, absl::Time now, absl::string_view event_id,
                 absl::string_view content_digest) {
  Place place;
  place.sequence = end.sequence + 1;
  place.received_time_us = std::max(absl::ToUnixMicros(now), end.received_time_us);
  place.chain =
      NextChain(end.chain, place.sequence, event_id, place.received_time_us, content_digest);
  return place;
}

}  // namespace

EventDigests DigestsOf(const UpgradeEvent& notification, const LogKeys& keys) {
  return {.reference = LookupDigest(keys.reference, notification.original_reference_no()),
          .account = LookupDigest(keys.account, notification.account()),
          .content = ContentDigest(keys.content, notification),
          .cust_id = DigestOrEmpty(keys.cust_id, notification.cust_id()),
          .type = DigestOrEmpty(keys.type, notification.type())};
}

NewEvent MakeEvent(UpgradeEvent notification, const EventDigests& digests, const Verdict& verdict,
                   bool older_has, const Place& end, absl::Time now, const LogIdentity& log) {
  NewEvent made;
  made.event_id = crypto::RandomBytes(kEventIdBytes);
  made.place = PlaceAfter(end, now, made.event_id, digests.content);
  made.event.position = PositionOf(made.place);
  UpgradeEvent& event = made.event.event;
  event = std::move(notification);
  if (older_has) event.add_anomalies(::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY);
  event.set_sequence(made.place.sequence);
  event.set_event_id(EventIdText(made.event_id));
  *event.mutable_received_time() = TimeUtil::MicrosecondsToTimestamp(made.place.received_time_us);
  event.set_revision(verdict.revision);
  event.set_previous_status(verdict.previous_status);
  SetAnomalies(AnomalyBits(event), event);
  made.sealed = SealEvent(event, made.event_id, log);
  if (verdict.restricted) HideRestricted(event);
  return made;
}

}  // namespace kyc::events
