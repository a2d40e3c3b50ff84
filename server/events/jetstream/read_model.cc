#include "server/events/jetstream/read_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/events/event_row.h"
#include "server/events/jetstream/read_model_file.h"
#include "server/events/log_keys.h"
#include "server/events/reads.h"

namespace kyc::events::jetstream {
namespace {

using ::kyc::log::v1::StoredEvent;

constexpr int64_t kMaxWriteAheadLogBytes = 64 << 20;

// The columns of server/events/schema.cc.
constexpr char kInsertEvent[] =
    "INSERT INTO event (sequence, event_id, received_time_us, revision, previous_status, status, "
    "type_digest, anomalies, account_digest, reference_digest, content_digest, chain, "
    "cust_id_digest, sealed_fields, sealed_raw_body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

std::string ChainOf(const StreamEvent& event) {
  return NextChain("", event.sequence, event.event.event_id(), 0, event.event.content_digest());
}

Place PlaceOf(const StreamEvent& event, int64_t not_before_us) {
  return {.sequence = event.sequence,
          .chain = ChainOf(event),
          .received_time_us = std::max(event.time_us, not_before_us)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReadModel>> ReadModel::Open(const LogFile& file,
                                                           absl::Duration read_time_limit) {
  absl::StatusOr<FileLock> lock = FileLock::Take(absl::StrCat(file.path, "-lock"));
  if (!lock.ok()) return lock.status();
  absl::StatusOr<Database> database = OpenReadModel(file);
  if (!database.ok()) return database.status();
  std::unique_ptr<ReadModel> model(
      new ReadModel(*std::move(lock), file, *std::move(database), read_time_limit));
  if (absl::Status status = model->Refresh(); !status.ok()) return status;
  return model;
}

ReadModel::ReadModel(FileLock lock, const LogFile& file, Database database,
                     absl::Duration read_time_limit)
    : lock_(std::move(lock)),
      file_(file),
      database_(std::move(database)),
      readers_(file, read_time_limit) {}

absl::StatusOr<std::string> ReadModel::NewestEventId() const {
  return readers_.Run([](Database& database) {
    return database.QueryBytes("SELECT event_id FROM event ORDER BY sequence DESC LIMIT 1");
  });
}

absl::Status ReadModel::Clear() {
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status status = database_.Execute("DELETE FROM event");
  if (status.ok()) {
    status = database_.Execute(
        "UPDATE log SET trimmed_sequence = 0, trimmed_chain = x'', trimmed_time_us = 0");
  }
  if (status.ok()) status = transaction->Commit();
  return status.ok() ? Refresh() : status;
}

absl::Status ReadModel::Apply(const std::vector<StreamEvent>& events, const Retention& retention,
                              absl::Time now) {
  const int64_t expired_before_us = absl::ToUnixMicros(now - retention.age);
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Place> end = NewestPlace(database_);
  if (!end.ok()) return end.status();
  const int64_t first = end->sequence;
  for (const StreamEvent& event : events) {
    if (event.sequence <= end->sequence) continue;
    absl::Status status;
    if (event.time_us < expired_before_us) {
      *end = PlaceOf(event, end->received_time_us);
      status = NoteTrimmed(*end);
    } else {
      status = Insert(event, *end);
    }
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::vector<Event>> applied = EventsAfter(first);
  if (!applied.ok()) return applied.status();
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  if (absl::Status status = Refresh(); !status.ok()) return status;
  Publish(*std::move(applied));
  return absl::OkStatus();
}

absl::Status ReadModel::BeginAfter(const StreamEvent& event) {
  absl::StatusOr<Transaction> transaction =
      Transaction::Begin(database_, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = NoteTrimmed(PlaceOf(event, 0)); !status.ok()) return status;
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return Refresh();
}

absl::StatusOr<std::vector<int64_t>> ReadModel::WithAnotherBefore(
    const std::vector<StreamEvent>& events) {
  absl::StatusOr<Statement> query =
      database_.Prepare("SELECT event_id FROM event WHERE sequence = ?");
  if (!query.ok()) return query.status();
  const int64_t trimmed = ends().oldest.sequence;
  std::vector<int64_t> found;
  for (const auto& [sequence, time_us, event] : events) {
    if (event.previous_sequence() <= trimmed) continue;
    const absl::StatusOr<bool> row = query->Bind(event.previous_sequence()).Step();
    if (!row.ok()) return row.status();
    if (!*row || !absl::StartsWith(query->Bytes(0), event.previous_event())) {
      found.push_back(sequence);
    }
    query->Reset();
  }
  return found;
}

absl::StatusOr<bool> ReadModel::Trim(const Retention& retention, absl::Time now,
                                     absl::Duration notice) {
  if (absl::Status status = database_.BoundWriteAheadLog(kMaxWriteAheadLogBytes); !status.ok()) {
    return status;
  }
  const int64_t oldest = ends().oldest.sequence;
  if (trimming_through_ <= oldest) {
    trimming_begin_ = now + notice;
    if (absl::Status status = TellDue(retention, now); !status.ok()) return status;
  }
  if (trimming_through_ <= oldest || now < trimming_begin_) return false;
  const absl::StatusOr<Trimmed> trimmed = TrimStep(database_, retention, now, trimming_through_);
  if (!trimmed.ok()) return trimmed.status();
  if (absl::Status status = Refresh(); !status.ok()) return status;
  return trimmed->more;
}

absl::Status ReadModel::TellDue(const Retention& retention, absl::Time now) {
  const absl::StatusOr<int64_t> due = DueThrough(database_, retention, now);
  if (!due.ok()) return due.status();
  EventLog::OnTrimming on_trimming;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    trimming_through_ = *due;
    if (*due > ends_.oldest.sequence) on_trimming = on_trimming_;
  }
  if (on_trimming != nullptr) on_trimming(*due);
  return absl::OkStatus();
}

absl::Status ReadModel::Insert(const StreamEvent& event, Place& end) {
  const StoredEvent& stored = event.event;
  end = PlaceOf(event, end.received_time_us);
  absl::StatusOr<Statement> insert = database_.Prepare(kInsertEvent);
  if (!insert.ok()) return insert.status();
  insert->Bind(end.sequence)
      .Bind(stored.event_id())
      .Bind(end.received_time_us)
      .Bind(stored.revision())
      .Bind(stored.previous_status())
      .Bind(stored.status())
      .Bind(stored.type())
      .Bind(stored.anomalies())
      .Bind(stored.account_digest())
      .Bind(stored.reference_digest())
      .Bind(stored.content_digest())
      .Bind(end.chain);
  if (stored.cust_id_digest().empty()) {
    insert->BindNull();
  } else {
    insert->Bind(stored.cust_id_digest());
  }
  return insert->Bind(stored.sealed_fields()).Bind(stored.sealed_raw_body()).Run();
}

absl::Status ReadModel::NoteTrimmed(const Place& place) {
  absl::StatusOr<Statement> remove = database_.Prepare("DELETE FROM event WHERE sequence <= ?");
  if (!remove.ok()) return remove.status();
  if (absl::Status status = remove->Bind(place.sequence).Run(); !status.ok()) return status;
  absl::StatusOr<Statement> note = database_.Prepare(
      "UPDATE log SET trimmed_sequence = ?, trimmed_chain = ?, trimmed_time_us = ?");
  if (!note.ok()) return note.status();
  return note->Bind(place.sequence).Bind(place.chain).Bind(place.received_time_us).Run();
}

absl::StatusOr<std::vector<Event>> ReadModel::EventsAfter(int64_t sequence) {
  absl::StatusOr<Statement> query = database_.Prepare(
      absl::StrCat("SELECT ", kEventColumns, " FROM event WHERE sequence > ? ORDER BY sequence"));
  if (!query.ok()) return query.status();
  query->Bind(sequence);
  std::vector<Event> events;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return events;
    absl::StatusOr<Event> event = EventFromRow(RowOf(*query), file_);
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
}

absl::Status ReadModel::Refresh() {
  const absl::StatusOr<Ends> ends = EndsOf(database_);
  if (!ends.ok()) return ends.status();
  const std::lock_guard<std::mutex> lock(mutex_);
  ends_ = *ends;
  return absl::OkStatus();
}

void ReadModel::Publish(std::vector<Event> events) {
  EventLog::OnCommitted on_committed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_committed = on_committed_;
  }
  applied_.notify_all();
  if (events.empty() || on_committed == nullptr) return;
  on_committed(std::make_shared<const std::vector<Event>>(std::move(events)));
}

Ends ReadModel::ends() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ends_;
}

bool ReadModel::AwaitApplied(int64_t sequence, absl::Duration timeout) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return applied_.wait_for(lock, absl::ToChronoMicroseconds(timeout),
                           [&] { return ends_.newest.sequence >= sequence; });
}

void ReadModel::SetOnCommitted(EventLog::OnCommitted on_committed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_committed_ = std::move(on_committed);
}

void ReadModel::SetOnTrimming(EventLog::OnTrimming on_trimming) {
  int64_t through = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_trimming_ = on_trimming;
    if (trimming_through_ > ends_.oldest.sequence) through = trimming_through_;
  }
  if (through > 0) on_trimming(through);
}

}  // namespace kyc::events::jetstream
