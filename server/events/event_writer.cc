#include "server/events/event_writer.h"

#include <algorithm>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "server/crypto/mac.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::netzme::v1::UpgradeEvent;

constexpr char kFindLatest[] =
    "SELECT sequence, revision, status, content_digest FROM event INDEXED BY event_by_reference "
    "WHERE reference_digest = ? ORDER BY sequence DESC LIMIT 1";

constexpr char kFindTrimmed[] =
    "SELECT sequence, revision, status, content_digest FROM reference WHERE reference_digest = ?";

// Among the newest 1,000 events of the reference, so that one that is sent endlessly stays cheap.
constexpr char kFindContent[] =
    "SELECT 1 FROM (SELECT content_digest FROM event INDEXED BY event_by_reference "
    "WHERE reference_digest = ? ORDER BY sequence DESC LIMIT 1000) WHERE content_digest = ? "
    "LIMIT 1";

constexpr char kInsertEvent[] =
    "INSERT INTO event (sequence, event_id, received_time_us, revision, previous_status, status, "
    "type, anomalies, reference_digest, content_digest, chain, cust_id_digest, sealed_fields, "
    "sealed_raw_body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

// None: the query has no row.
absl::StatusOr<absl::optional<ReferenceState>> ReadState(Statement& query,
                                                         absl::string_view reference) {
  const absl::StatusOr<bool> row = query.Bind(reference).Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::optional<ReferenceState>();
  ReferenceState state;
  state.sequence = query.Integer(0);
  state.revision = query.Integer(1);
  state.status = static_cast<::netzme::v1::UpgradeStatus>(query.Integer(2));
  state.content_digest = std::string(query.Bytes(3));
  query.Reset();
  return absl::make_optional(std::move(state));
}

}  // namespace

EventWriter::EventWriter(Statement find_latest, Statement find_trimmed, Statement find_content,
                         Statement insert_event, const LogFile& file, Place end)
    : find_latest_(std::move(find_latest)),
      find_trimmed_(std::move(find_trimmed)),
      find_content_(std::move(find_content)),
      insert_event_(std::move(insert_event)),
      file_(&file),
      end_(std::move(end)) {}

absl::StatusOr<EventWriter> EventWriter::Prepare(Database& database, const LogFile& file) {
  absl::StatusOr<Statement> find_latest = database.Prepare(kFindLatest);
  if (!find_latest.ok()) return find_latest.status();
  absl::StatusOr<Statement> find_trimmed = database.Prepare(kFindTrimmed);
  if (!find_trimmed.ok()) return find_trimmed.status();
  absl::StatusOr<Statement> find_content = database.Prepare(kFindContent);
  if (!find_content.ok()) return find_content.status();
  absl::StatusOr<Statement> insert_event = database.Prepare(kInsertEvent);
  if (!insert_event.ok()) return insert_event.status();
  absl::StatusOr<Place> end = NewestPlace(database);
  if (!end.ok()) return end.status();
  return EventWriter(*std::move(find_latest), *std::move(find_trimmed), *std::move(find_content),
                     *std::move(insert_event), file, *std::move(end));
}

absl::StatusOr<EventWriter::Written> EventWriter::Append(UpgradeEvent notification,
                                                         absl::Time now) {
  const Digests digests = {
      .reference = LookupDigest(file_->keys.reference, notification.original_reference_no()),
      .content = ContentDigest(file_->keys.content, notification)};
  const absl::StatusOr<absl::optional<ReferenceState>> latest = FindReference(digests.reference);
  if (!latest.ok()) return latest.status();
  const Verdict verdict = Judge(*latest, digests.content);
  if (verdict.repeat) {
    return Written{
        .appended = {.sequence = (*latest)->sequence, .revision = verdict.revision, .repeat = true},
        .event = absl::nullopt};
  }
  if (verdict.has_older) {
    const absl::StatusOr<bool> older = OlderEventHas(digests);
    if (!older.ok()) return older.status();
    if (*older) notification.add_anomalies(::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY);
  }

  const std::string event_id = crypto::RandomBytes(kEventIdBytes);
  Place place;
  place.sequence = end_.sequence + 1;
  place.received_time_us = std::max(absl::ToUnixMicros(now), end_.received_time_us);
  place.chain =
      NextChain(end_.chain, place.sequence, event_id, place.received_time_us, digests.content);
  end_ = place;

  Event event{.event = std::move(notification), .position = PositionOf(place)};
  event.event.set_sequence(place.sequence);
  event.event.set_event_id(EventIdText(event_id));
  *event.event.mutable_received_time() = TimeUtil::MicrosecondsToTimestamp(place.received_time_us);
  event.event.set_revision(verdict.revision);
  event.event.set_previous_status(verdict.previous_status);
  SetAnomalies(AnomalyBits(event.event), event.event);
  if (absl::Status status = Insert(event, event_id, digests); !status.ok()) return status;
  return Written{.appended = {.sequence = place.sequence, .revision = verdict.revision},
                 .event = std::move(event)};
}

absl::StatusOr<absl::optional<ReferenceState>> EventWriter::FindReference(
    absl::string_view reference) {
  absl::StatusOr<absl::optional<ReferenceState>> latest = ReadState(find_latest_, reference);
  if (!latest.ok() || latest->has_value()) return latest;
  return ReadState(find_trimmed_, reference);
}

absl::StatusOr<bool> EventWriter::OlderEventHas(const Digests& digests) {
  absl::StatusOr<bool> row = find_content_.Bind(digests.reference).Bind(digests.content).Step();
  find_content_.Reset();
  return row;
}

absl::Status EventWriter::Insert(const Event& event, absl::string_view event_id,
                                 const Digests& digests) {
  const UpgradeEvent& fields = event.event;
  const SealedColumns sealed = SealEvent(fields, event_id, *file_);
  insert_event_.Bind(fields.sequence())
      .Bind(event_id)
      .Bind(end_.received_time_us)
      .Bind(fields.revision())
      .Bind(fields.previous_status())
      .Bind(fields.status())
      .Bind(fields.type())
      .Bind(AnomalyBits(fields))
      .Bind(digests.reference)
      .Bind(digests.content)
      .Bind(end_.chain);
  if (fields.cust_id().empty()) {
    insert_event_.BindNull();
  } else {
    insert_event_.Bind(LookupDigest(file_->keys.cust_id, fields.cust_id()));
  }
  return insert_event_.Bind(sealed.fields).Bind(sealed.raw_body).Run();
}

}  // namespace kyc::events
