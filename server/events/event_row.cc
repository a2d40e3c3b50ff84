#include "server/events/event_row.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/call/error.h"
#include "server/call/personal.h"
#include "server/events/big_endian.h"
#include "server/events/log_damage.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::netzme::v1::UpgradeEvent;

constexpr char kFieldsColumn[] = "sealed_fields";
constexpr char kRawBodyColumn[] = "sealed_raw_body";

crypto::RecordSealer SealerOf(const LogIdentity& log, absl::string_view event_id) {
  return log.sealer.Of(absl::StrCat(log.log_id, event_id));
}

// What the chain binds, and raw_body, which has a column of its own. The other clear columns stay,
// because nothing else tells that one of them was altered.
void ClearColumns(UpgradeEvent& event) {
  event.clear_sequence();
  event.clear_event_id();
  event.clear_received_time();
  event.clear_raw_body();
}

// Whether the clear columns say what was sealed with them. Unset is what was not known when it was
// sealed: over PostgreSQL all but the status, in older rows all.
bool IsAsSealed(const UpgradeEvent& sealed, const EventRow& row) {
  if (sealed.status() != 0 && sealed.status() != row.status) return false;
  return sealed.revision() == 0 ||
         (sealed.revision() == row.revision && sealed.previous_status() == row.previous_status &&
          AnomalyBits(sealed) == row.anomalies);
}

void SetColumns(const EventRow& row, UpgradeEvent& event) {
  event.set_sequence(row.sequence);
  event.set_event_id(EventIdText(row.event_id));
  *event.mutable_received_time() = TimeUtil::MicrosecondsToTimestamp(row.received_time_us);
  event.set_revision(row.revision);
  event.set_previous_status(static_cast<::netzme::v1::UpgradeStatus>(row.previous_status));
  event.set_status(static_cast<::netzme::v1::UpgradeStatus>(row.status));
  SetAnomalies(row.anomalies, event);
}

}  // namespace

std::string EventIdText(absl::string_view event_id) {
  std::string bytes(event_id);
  bytes.resize(kEventIdBytes);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

int64_t AnomalyBits(const UpgradeEvent& event) {
  int64_t bits = 0;
  for (const int anomaly : event.anomalies()) {
    if (anomaly > 0 && anomaly < 63) bits |= int64_t{1} << anomaly;
  }
  return bits;
}

void SetAnomalies(int64_t bits, UpgradeEvent& event) {
  event.clear_anomalies();
  for (int anomaly = 1; anomaly < 63; ++anomaly) {
    if ((bits >> anomaly & 1) != 0) {
      event.add_anomalies(static_cast<::netzme::v1::Anomaly>(anomaly));
    }
  }
}

SealedColumns SealEvent(const UpgradeEvent& event, absl::string_view event_id,
                        const LogIdentity& log) {
  // Copied and cleared, not picked: a field that the proto gains later is sealed and kept too.
  UpgradeEvent fields = event;
  ClearColumns(fields);
  crypto::RecordSealer sealer = SealerOf(log, event_id);
  return {.fields = sealer.Seal(fields.SerializeAsString(), kFieldsColumn),
          .raw_body = sealer.Seal(event.raw_body(), kRawBodyColumn)};
}

absl::StatusOr<UpgradeEvent> OpenSealed(absl::string_view event_id, absl::string_view sealed_fields,
                                        absl::string_view sealed_raw_body, const LogIdentity& log) {
  crypto::RecordSealer sealer = SealerOf(log, event_id);
  const absl::StatusOr<std::string> fields = sealer.Open(sealed_fields, kFieldsColumn);
  if (!fields.ok()) return fields.status();
  absl::StatusOr<std::string> raw_body = sealer.Open(sealed_raw_body, kRawBodyColumn);
  if (!raw_body.ok()) return raw_body.status();
  UpgradeEvent event;
  if (!event.ParseFromString(*fields)) return absl::DataLossError("sealed text is no event");
  event.set_raw_body(*std::move(raw_body));
  return event;
}

absl::StatusOr<Event> EventFromRow(const EventRow& row, const LogIdentity& log) {
  absl::StatusOr<UpgradeEvent> opened =
      OpenSealed(row.event_id, row.sealed_fields, row.sealed_raw_body, log);
  if (!opened.ok()) return CannotBeOpened(opened.status());
  if (!IsAsSealed(*opened, row)) {
    return LogDamaged(absl::StrCat("event ", row.sequence, " was altered"));
  }
  Event event;
  event.event = *std::move(opened);
  SetColumns(row, event.event);
  if (row.restricted) HideRestricted(event.event);
  event.position = {.sequence = row.sequence, .chain = NumberFromBigEndian(row.chain)};
  return event;
}

absl::StatusOr<SealedColumns> SealAgain(const EventRow& row, const LogIdentity& log) {
  crypto::RecordSealer sealer = SealerOf(log, row.event_id);
  const absl::StatusOr<std::string> fields = sealer.Open(row.sealed_fields, kFieldsColumn);
  if (!fields.ok()) return fields.status();
  const absl::StatusOr<std::string> raw_body = sealer.Open(row.sealed_raw_body, kRawBodyColumn);
  if (!raw_body.ok()) return raw_body.status();
  return SealedColumns{.fields = sealer.Seal(*fields, kFieldsColumn),
                       .raw_body = sealer.Seal(*raw_body, kRawBodyColumn)};
}

void HideRestricted(UpgradeEvent& event) {
  ClearPersonal(event);
  event.set_restricted(true);
}

absl::Status CannotBeOpened(const absl::Status& failure) {
  if (absl::IsDataLoss(failure)) return LogDamaged("a sealed text was altered");
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "The event log holds a sealed text whose key is not among the sealing keys";
  return ToStatus(error);
}

}  // namespace kyc::events
