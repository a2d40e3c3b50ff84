#include "server/events/sqlite/event_writer.h"

#include <utility>

#include "server/events/sqlite/places.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeEvent;

// Nearly always the first row that is looked at: accounts seldom share a reference.
constexpr char kFindLatest[] =
    "SELECT sequence, revision, status, content_digest, restricted FROM event INDEXED BY "
    "event_by_reference "
    "WHERE reference_digest = ? AND account_digest = ? ORDER BY sequence DESC LIMIT 1";

// What schemas before 4 trimmed has an empty account, it may be this one's or another's; the
// account's own row is newer. The index is kept from being searched twice.
constexpr char kFindTrimmed[] =
    "SELECT sequence, revision, status, iif(account_digest = x'', x'', content_digest), "
    "restricted "
    "FROM reference WHERE reference_digest = ? AND +account_digest IN (?, x'') "
    "ORDER BY account_digest DESC LIMIT 1";

// Among the newest 1,000 events of the reference, so that one that is sent endlessly stays cheap.
constexpr char kFindContent[] =
    "SELECT 1 FROM (SELECT sequence, content_digest FROM event INDEXED BY event_by_reference "
    "WHERE reference_digest = ? ORDER BY sequence DESC LIMIT 1000) AS newest "
    "WHERE content_digest = ? AND "
    "? = (SELECT account_digest FROM event WHERE event.sequence = newest.sequence) LIMIT 1";

constexpr char kInsertEvent[] =
    "INSERT INTO event (sequence, event_id, received_time_us, revision, previous_status, status, "
    "anomalies, type_digest, account_digest, reference_digest, content_digest, chain, "
    "cust_id_digest, sealed_fields, sealed_raw_body, restricted) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

// None: the query has no row.
absl::StatusOr<absl::optional<ReferenceState>> ReadState(Statement& query,
                                                         const EventDigests& digests) {
  const absl::StatusOr<bool> row = query.Bind(digests.reference).Bind(digests.account).Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::optional<ReferenceState>();
  ReferenceState state;
  state.sequence = query.Integer(0);
  state.revision = query.Integer(1);
  state.status = static_cast<::netzme::v1::UpgradeStatus>(query.Integer(2));
  state.content_digest = std::string(query.Bytes(3));
  state.restricted = query.Integer(4) != 0;
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
  const EventDigests digests = DigestsOf(notification, file_->keys);
  const absl::StatusOr<absl::optional<ReferenceState>> latest = FindReference(digests);
  if (!latest.ok()) return latest.status();
  const Verdict verdict = Judge(*latest, digests.content);
  if (verdict.repeat) {
    return Written{
        .appended = {.sequence = (*latest)->sequence, .revision = verdict.revision, .repeat = true},
        .event = absl::nullopt};
  }
  absl::StatusOr<bool> older_has = verdict.has_older ? OlderEventHas(digests) : false;
  if (!older_has.ok()) return older_has.status();
  NewEvent made =
      MakeEvent(std::move(notification), digests, verdict, *older_has, end_, now, *file_);
  if (absl::Status status = Insert(made, digests); !status.ok()) return status;
  end_ = std::move(made.place);
  return Written{.appended = {.sequence = end_.sequence, .revision = verdict.revision},
                 .event = std::move(made.event)};
}

absl::StatusOr<absl::optional<ReferenceState>> EventWriter::FindReference(
    const EventDigests& digests) {
  absl::StatusOr<absl::optional<ReferenceState>> latest = ReadState(find_latest_, digests);
  if (!latest.ok() || latest->has_value()) return latest;
  return ReadState(find_trimmed_, digests);
}

absl::StatusOr<bool> EventWriter::OlderEventHas(const EventDigests& digests) {
  find_content_.Bind(digests.reference).Bind(digests.content).Bind(digests.account);
  absl::StatusOr<bool> row = find_content_.Step();
  find_content_.Reset();
  return row;
}

absl::Status EventWriter::Insert(const NewEvent& made, const EventDigests& digests) {
  const UpgradeEvent& fields = made.event.event;
  insert_event_.Bind(made.place.sequence)
      .Bind(made.event_id)
      .Bind(made.place.received_time_us)
      .Bind(fields.revision())
      .Bind(fields.previous_status())
      .Bind(fields.status())
      .Bind(AnomalyBits(fields))
      .Bind(digests.type)
      .Bind(digests.account)
      .Bind(digests.reference)
      .Bind(digests.content)
      .Bind(made.place.chain);
  if (digests.cust_id.empty()) {
    insert_event_.BindNull();
  } else {
    insert_event_.Bind(digests.cust_id);
  }
  return insert_event_.Bind(made.sealed.fields)
      .Bind(made.sealed.raw_body)
      .Bind(int64_t{fields.restricted()})
      .Run();
}

}  // namespace kyc::events
