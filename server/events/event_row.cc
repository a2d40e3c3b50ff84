#include "server/events/event_row.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/call/error.h"
#include "server/events/big_endian.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::netzme::v1::UpgradeEvent;

constexpr char kFieldsColumn[] = "sealed_fields";
constexpr char kRawBodyColumn[] = "sealed_raw_body";

std::string SealingContext(const LogFile& file, absl::string_view event_id,
                           absl::string_view column) {
  return absl::StrCat(file.log_id, event_id, column);
}

// What has a column of its own, and raw_body, which has another one.
void ClearColumns(UpgradeEvent& event) {
  event.clear_sequence();
  event.clear_event_id();
  event.clear_received_time();
  event.clear_revision();
  event.clear_previous_status();
  event.clear_status();
  event.clear_type();
  event.clear_anomalies();
  event.clear_raw_body();
}

void SetColumns(const Statement& row, UpgradeEvent& event) {
  event.set_sequence(row.Integer(0));
  event.set_event_id(EventIdText(row.Bytes(1)));
  *event.mutable_received_time() = TimeUtil::MicrosecondsToTimestamp(row.Integer(2));
  event.set_revision(row.Integer(3));
  event.set_previous_status(static_cast<::netzme::v1::UpgradeStatus>(row.Integer(4)));
  event.set_status(static_cast<::netzme::v1::UpgradeStatus>(row.Integer(5)));
  event.set_type(std::string(row.Bytes(6)));
  SetAnomalies(row.Integer(7), event);
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
                        const LogFile& file) {
  // Copied and cleared, not picked: a field that the proto gains later is sealed and kept too.
  UpgradeEvent fields = event;
  ClearColumns(fields);
  return {.fields = file.sealer.Seal(fields.SerializeAsString(),
                                     SealingContext(file, event_id, kFieldsColumn)),
          .raw_body =
              file.sealer.Seal(event.raw_body(), SealingContext(file, event_id, kRawBodyColumn))};
}

absl::StatusOr<Event> EventFromRow(const Statement& row, const LogFile& file) {
  const absl::string_view event_id = row.Bytes(1);
  const absl::StatusOr<std::string> fields =
      file.sealer.Open(row.Bytes(9), SealingContext(file, event_id, kFieldsColumn));
  absl::StatusOr<std::string> raw_body =
      file.sealer.Open(row.Bytes(10), SealingContext(file, event_id, kRawBodyColumn));
  Event event;
  if (!fields.ok() || !raw_body.ok() || !event.event.ParseFromString(*fields)) {
    return CannotBeOpened();
  }
  SetColumns(row, event.event);
  event.event.set_raw_body(*std::move(raw_body));
  event.position = {.sequence = row.Integer(0), .chain = NumberFromBigEndian(row.Bytes(8))};
  return event;
}

absl::Status CannotBeOpened() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "The event log holds a sealed text that its keys do not open";
  return ToStatus(error);
}

}  // namespace kyc::events
