#include "server/events/personal_act.h"

#include "google/protobuf/util/time_util.h"
#include "server/call/error.h"
#include "server/call/personal.h"
#include "server/crypto/mac.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::TimeUtil;

std::string DigestOrEmpty(const Secret& key, const std::string& text) {
  return text.empty() ? std::string() : LookupDigest(key, text);
}

}  // namespace

SubjectDigests DigestsOf(const Subject& subject, const LogKeys& keys) {
  return {.reference = DigestOrEmpty(keys.reference, subject.reference),
          .cust_id = DigestOrEmpty(keys.cust_id, subject.cust_id),
          .account = DigestOrEmpty(keys.account, subject.account),
          .call = DigestOrEmpty(keys.call.subject,
                                subject.reference.empty() ? subject.cust_id : subject.reference)};
}

ErasedColumns Erase(const EventRow& row, const std::string& caller, absl::Time now,
                    const LogIdentity& log) {
  absl::StatusOr<::netzme::v1::UpgradeEvent> event =
      OpenSealed(row.event_id, row.sealed_fields, row.sealed_raw_body, log);
  if (!event.ok()) event = ::netzme::v1::UpgradeEvent();
  ClearPersonal(*event);
  // As a field of another version may be anybody's.
  event->DiscardUnknownFields();
  if (!event->has_erased()) {
    event->mutable_erased()->set_caller(caller);
    *event->mutable_erased()->mutable_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(now));
  }
  return {.reference_digest = crypto::RandomBytes(kLookupDigestBytes),
          .sealed = SealEvent(*event, row.event_id, log)};
}

absl::Status SubjectNotFound() {
  Error error;
  error.code = absl::StatusCode::kNotFound;
  error.reason = "UPGRADE_NOT_FOUND";
  error.message = "The log holds nothing that is found by this";
  return ToStatus(error);
}

}  // namespace kyc::events
