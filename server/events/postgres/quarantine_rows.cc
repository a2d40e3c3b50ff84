#include "server/events/postgres/quarantine_rows.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"

namespace kyc::events::postgres {
namespace {

constexpr char kBodyColumn[] = "sealed_body";

// Three questions, in this order.
constexpr Statement kWhichAreThere = {
    "quarantined", "SELECT body_digest FROM quarantine WHERE body_digest = ANY($1::bytea[])"};
constexpr Statement kHowMany = {
    "quarantine_size", "SELECT count(*), coalesce(sum(size_bytes), 0)::bigint FROM quarantine"};
constexpr Statement kNextId = {"quarantine_id", "SELECT next_quarantine_id FROM log"};

constexpr Statement kCountAgain = {
    "quarantine_again",
    "UPDATE quarantine SET times_received = times_received + 1 WHERE body_digest = $1::bytea"};
constexpr Statement kInsert = {
    "quarantine_insert",
    "INSERT INTO quarantine (id, body_digest, received_time_us, answer, account, times_received, "
    "size_bytes, sealed_body) VALUES ($1::bigint, $2::bytea, $3::bigint, $4::bytea, $5::bytea, 1, "
    "$6::bigint, $7::bytea)"};
constexpr Statement kSetNextId = {"quarantine_next",
                                  "UPDATE log SET next_quarantine_id = $1::bigint"};
constexpr Statement kDiscard = {"quarantine_discard",
                                "DELETE FROM quarantine WHERE id = $1::bigint"};

constexpr Statement kList = {
    "quarantine_list",
    "SELECT id, received_time_us, answer, account, times_received, size_bytes FROM quarantine "
    "WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint"};
constexpr Statement kGet = {
    "quarantine_get",
    "SELECT id, received_time_us, answer, account, times_received, size_bytes, body_digest, "
    "sealed_body FROM quarantine WHERE id = $1::bigint"};

crypto::RecordSealer SealerOf(const LogIdentity& log, absl::string_view body_digest) {
  return log.sealer.Of(absl::StrCat(log.log_id, body_digest));
}

QuarantinedBody EntryIn(const Rows& rows, int row) {
  QuarantinedBody entry;
  entry.id = rows.Integer(row, 0);
  entry.received_time = absl::FromUnixMicros(rows.Integer(row, 1));
  entry.answer = std::string(rows.Bytes(row, 2));
  entry.account = std::string(rows.Bytes(row, 3));
  entry.times_received = rows.Integer(row, 4);
  entry.size_bytes = rows.Integer(row, 5);
  return entry;
}

}  // namespace

bool QuarantineWrites::empty() const {
  return std::all_of(requests_.begin(), requests_.end(), [](const WriteRequest& request) {
    return std::holds_alternative<AppendRequest>(request);
  });
}

void QuarantineWrites::Ask(const LogIdentity& log, Trip& trip) {
  if (empty()) return;
  std::vector<absl::optional<absl::string_view>> digests;
  for (const WriteRequest& request : requests_) {
    const auto* keep = std::get_if<KeepRequest>(&request);
    if (keep != nullptr) digests_.push_back(LookupDigest(log.keys.body, keep->body));
  }
  for (const std::string& digest : digests_) digests.emplace_back(digest);
  trip.Add(kWhichAreThere, {Value::ByteArrays(digests)}).Add(kHowMany).Add(kNextId);
}

void QuarantineWrites::Take(const std::vector<Rows>& answers, size_t at) {
  if (empty()) return;
  for (int row = 0; row < answers[at].size(); ++row) there_.emplace(answers[at].Bytes(row, 0));
  entries_ = answers[at + 1].Integer(0, 0);
  bytes_ = answers[at + 1].Integer(0, 1);
  next_id_ = answers[at + 2].Integer(0, 0);
}

void QuarantineWrites::Write(const LogIdentity& log, QuarantineLimits limits, absl::Time now,
                             Trip& trip) {
  const int64_t first_id = next_id_;
  auto digest = digests_.begin();
  for (WriteRequest& request : requests_) {
    if (auto* keep = std::get_if<KeepRequest>(&request)) {
      WriteKeep(*keep, *digest++, log, limits, now, trip);
    } else if (auto* discard = std::get_if<DiscardRequest>(&request)) {
      trip.Add(kDiscard, {Value::Integer(discard->id)});
      discarding_.push_back(discard);
    }
  }
  if (next_id_ == first_id) return;
  trip.Add(kSetNextId, {Value::Integer(next_id_)});
  discarding_.push_back(nullptr);
}

void QuarantineWrites::WriteKeep(KeepRequest& request, const std::string& digest,
                                 const LogIdentity& log, QuarantineLimits limits, absl::Time now,
                                 Trip& trip) {
  request.answer = absl::OkStatus();
  if (there_.contains(digest)) {
    trip.Add(kCountAgain, {Value::Bytes(digest)});
    discarding_.push_back(nullptr);
    return;
  }
  const auto size = static_cast<int64_t>(request.body.size());
  if (entries_ + 1 > limits.max_entries || bytes_ + size > limits.max_bytes) {
    request.answer = QuarantineFull();
    return;
  }
  trip.Add(kInsert, {Value::Integer(next_id_++), Value::Bytes(digest),
                     Value::Integer(absl::ToUnixMicros(now)), Value::Bytes(request.answered),
                     Value::Bytes(request.account), Value::Integer(size),
                     Value::Bytes(SealerOf(log, digest).Seal(request.body, kBodyColumn))});
  discarding_.push_back(nullptr);
  there_.insert(digest);
  entries_ += 1;
  bytes_ += size;
}

void QuarantineWrites::TakeWritten(const std::vector<Rows>& answers, size_t at) {
  for (DiscardRequest* request : discarding_) {
    const Rows& answer = answers[at++];
    if (request == nullptr) continue;
    request->answer = answer.affected() > 0 ? absl::OkStatus() : QuarantinedNotFound();
  }
}

absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Connection& connection,
                                                             absl::Duration limit, int64_t after,
                                                             int count) {
  Trip trip;
  trip.Add(kList, {Value::Integer(after), Value::Integer(count)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  std::vector<QuarantinedBody> entries;
  for (int row = 0; row < answers->front().size(); ++row) {
    entries.push_back(EntryIn(answers->front(), row));
  }
  return entries;
}

absl::StatusOr<QuarantinedBody> ReadQuarantinedBody(Connection& connection, absl::Duration limit,
                                                    const LogIdentity& log, int64_t id) {
  Trip trip;
  trip.Add(kGet, {Value::Integer(id)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  if (rows.size() == 0) return QuarantinedNotFound();
  absl::StatusOr<std::string> body =
      SealerOf(log, rows.Bytes(0, 6)).Open(rows.Bytes(0, 7), kBodyColumn);
  if (!body.ok()) return CannotBeOpened(body.status());
  QuarantinedBody entry = EntryIn(rows, 0);
  entry.body = *std::move(body);
  return entry;
}

}  // namespace kyc::events::postgres
