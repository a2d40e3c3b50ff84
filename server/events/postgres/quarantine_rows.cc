#include "server/events/postgres/quarantine_rows.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/events/event_row.h"
#include "server/events/kept_body.h"
#include "server/events/log_keys.h"

namespace kyc::events::postgres {
namespace {

// Three questions, in this order; a fourth where replies are to be kept.
constexpr Statement kWhichAreThere = {
    "quarantined", "SELECT body_digest FROM quarantine WHERE body_digest = ANY($1::bytea[])"};
// What was redriven takes no room of what is still to be read; WriteMark bounds it by itself,
// because a process with a webhook alone may remove nothing.
constexpr Statement kUse = {
    "quarantine_use",
    "SELECT kind, account, source, count(*), coalesce(sum(size_bytes), 0)::bigint "
    "FROM quarantine WHERE redriven_time_us = 0 GROUP BY kind, account, source"};
constexpr Statement kNextId = {"quarantine_id", "SELECT next_quarantine_id FROM log"};
constexpr Statement kReplies = {
    "quarantine_replies",
    "SELECT id, account, source, size_bytes FROM quarantine WHERE kind = 2 ORDER BY id"};

constexpr Statement kCountAgain = {
    "quarantine_again",
    "UPDATE quarantine SET times_received = times_received + 1 WHERE body_digest = $1::bytea"};
constexpr Statement kInsert = {
    "quarantine_insert",
    "INSERT INTO quarantine (id, body_digest, received_time_us, answer, kind, account, source, "
    "request_id, times_received, size_bytes, sealed_body) VALUES ($1::bigint, $2::bytea, "
    "$3::bigint, $4::bytea, $5::bigint, $6::bytea, $7::bytea, $8::bytea, 1, $9::bigint, "
    "$10::bytea)"};
constexpr Statement kSetNextId = {"quarantine_next",
                                  "UPDATE log SET next_quarantine_id = $1::bigint"};
constexpr Statement kMark = {
    "quarantine_mark",
    "UPDATE quarantine SET redriven_time_us = $2::bigint, redriven_by = $3::bytea, "
    "redriven_sequence = $4::bigint WHERE id = $1::bigint"};
// Of the entry's account, what was redriven longest ago and is more than another share.
constexpr Statement kBoundMarked = {
    "quarantine_bound",
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER newest AS "
    "place, sum(size_bytes) OVER newest AS bytes FROM quarantine WHERE redriven_time_us > 0 AND "
    "account = (SELECT account FROM quarantine WHERE id = $1::bigint) WINDOW newest AS (ORDER BY "
    "redriven_time_us DESC, id DESC)) AS marked WHERE place > $2::bigint OR bytes > $3::bigint)"};
constexpr Statement kDiscard = {"quarantine_discard",
                                "DELETE FROM quarantine WHERE id = $1::bigint"};
constexpr Statement kRemoveAged = {
    "quarantine_aged",
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE "
    "received_time_us < $1::bigint ORDER BY id LIMIT 1000)"};

constexpr Statement kList = {
    "quarantine_list",
    "SELECT id, received_time_us, answer, account, times_received, size_bytes, kind, source, "
    "request_id, redriven_time_us, redriven_by, redriven_sequence FROM quarantine "
    "WHERE id > $1::bigint AND $3::bigint IN (0, kind) ORDER BY id LIMIT $2::bigint"};
constexpr Statement kGet = {
    "quarantine_get",
    "SELECT id, received_time_us, answer, account, times_received, size_bytes, kind, source, "
    "request_id, redriven_time_us, redriven_by, redriven_sequence, body_digest, sealed_body "
    "FROM quarantine WHERE id = $1::bigint"};

QuarantinedBody EntryIn(const Rows& rows, int row) {
  QuarantinedBody entry;
  entry.id = rows.Integer(row, 0);
  entry.received_time = absl::FromUnixMicros(rows.Integer(row, 1));
  entry.answer = std::string(rows.Bytes(row, 2));
  entry.owner.account = std::string(rows.Bytes(row, 3));
  entry.times_received = rows.Integer(row, 4);
  entry.size_bytes = rows.Integer(row, 5);
  entry.owner.kind = static_cast<QuarantinedKind>(rows.Integer(row, 6));
  entry.owner.source = std::string(rows.Bytes(row, 7));
  entry.request_id = std::string(rows.Bytes(row, 8));
  if (rows.Integer(row, 9) != 0) {
    entry.redriven = Redriven{.time = absl::FromUnixMicros(rows.Integer(row, 9)),
                              .caller = std::string(rows.Bytes(row, 10)),
                              .sequence = rows.Integer(row, 11)};
  }
  return entry;
}

void AddUse(const Rows& rows, QuarantineUse& use) {
  for (int row = 0; row < rows.size(); ++row) {
    use.Add({static_cast<QuarantinedKind>(rows.Integer(row, 0)), std::string(rows.Bytes(row, 1)),
             std::string(rows.Bytes(row, 2))},
            {rows.Integer(row, 3), rows.Integer(row, 4)});
  }
}

// A discard, or its age, has removed an entry since it was asked whether it is there. Whoever sends
// the body again has it kept.
absl::Status WentAway() {
  return absl::AbortedError("The entry that held this body has just been removed");
}

bool IsReply(const WriteRequest& request) {
  const auto* keep = std::get_if<KeepRequest>(&request);
  return keep != nullptr && keep->body.owner.kind == QuarantinedKind::kReply;
}

}  // namespace

bool QuarantineWrites::empty() const {
  return std::all_of(requests_.begin(), requests_.end(), [](const WriteRequest& request) {
    return !std::holds_alternative<KeepRequest>(request) &&
           !std::holds_alternative<MarkRequest>(request) &&
           !std::holds_alternative<DiscardRequest>(request);
  });
}

void QuarantineWrites::Ask(const LogIdentity& log, Trip& trip) {
  if (empty()) return;
  std::vector<absl::optional<absl::string_view>> digests;
  for (const WriteRequest& request : requests_) {
    const auto* keep = std::get_if<KeepRequest>(&request);
    if (keep != nullptr) digests_.push_back(DigestOf(log.keys, keep->body));
  }
  for (const std::string& digest : digests_) digests.emplace_back(digest);
  trip.Add(kWhichAreThere, {Value::ByteArrays(digests)}).Add(kUse).Add(kNextId);
  if (std::any_of(requests_.begin(), requests_.end(), IsReply)) trip.Add(kReplies);
}

void QuarantineWrites::Take(const std::vector<Rows>& answers, size_t at) {
  if (empty()) return;
  for (int row = 0; row < answers[at].size(); ++row) there_.emplace(answers[at].Bytes(row, 0));
  AddUse(answers[at + 1], use_);
  next_id_ = answers[at + 2].Integer(0, 0);
  if (answers.size() <= at + 3) return;
  const Rows& replies = answers[at + 3];
  for (int row = 0; row < replies.size(); ++row) {
    replies_.push_back({replies.Integer(row, 0),
                        {QuarantinedKind::kReply, std::string(replies.Bytes(row, 1)),
                         std::string(replies.Bytes(row, 2))},
                        replies.Integer(row, 3)});
  }
}

void QuarantineWrites::Write(const LogIdentity& log, absl::Time now, Trip& trip) {
  const int64_t first_id = next_id_;
  auto digest = digests_.begin();
  for (WriteRequest& request : requests_) {
    if (auto* keep = std::get_if<KeepRequest>(&request)) {
      WriteKeep(*keep, *digest++, log, now, trip);
    } else if (auto* mark = std::get_if<MarkRequest>(&request)) {
      WriteMark(*mark, trip);
      frees_ = true;
    } else if (auto* discard = std::get_if<DiscardRequest>(&request)) {
      AddFinding(kDiscard, {Value::Integer(discard->id)}, &discard->answer, QuarantinedNotFound(),
                 trip);
      frees_ = true;
    }
  }
  if (next_id_ != first_id) AddUnwatched(kSetNextId, {Value::Integer(next_id_)}, trip);
  if (frees_) trip.Add(kUse);
}

void QuarantineWrites::AddFinding(const Statement& statement, std::vector<Value> values,
                                  absl::Status* answer, absl::Status missing, Trip& trip) {
  trip.Add(statement, std::move(values));
  finding_.push_back({answer, std::move(missing)});
}

void QuarantineWrites::AddUnwatched(const Statement& statement, std::vector<Value> values,
                                    Trip& trip) {
  AddFinding(statement, std::move(values), nullptr, absl::OkStatus(), trip);
}

void QuarantineWrites::WriteKeep(KeepRequest& request, const std::string& digest,
                                 const LogIdentity& log, absl::Time now, Trip& trip) {
  const BodyToKeep& body = request.body;
  request.answer = absl::OkStatus();
  if (there_.contains(digest)) {
    return AddFinding(kCountAgain, {Value::Bytes(digest)}, &request.answer, WentAway(), trip);
  }
  const auto size = static_cast<int64_t>(body.body.size());
  while (!use_.HasRoom(body.owner, size)) {
    if (body.owner.kind == QuarantinedKind::kReply && MakeRoomForReply(trip)) continue;
    request.answer = QuarantineFull();
    return;
  }
  AddUnwatched(
      kInsert,
      {Value::Integer(next_id_++), Value::Bytes(digest), Value::Integer(absl::ToUnixMicros(now)),
       Value::Bytes(body.answer), Value::Integer(static_cast<int64_t>(body.owner.kind)),
       Value::Bytes(body.owner.account), Value::Bytes(body.owner.source),
       Value::Bytes(body.request_id), Value::Integer(size),
       Value::Bytes(SealBody(log, digest, body.body))},
      trip);
  there_.insert(digest);
  use_.Add(body.owner, {1, size});
}

bool QuarantineWrites::MakeRoomForReply(Trip& trip) {
  const absl::optional<QuarantineOwner> largest = use_.LargestOfReplies();
  if (!largest.has_value()) return false;
  const auto oldest = std::find_if(replies_.begin(), replies_.end(), [&](const KeptReply& reply) {
    return reply.owner.account == largest->account && reply.owner.source == largest->source;
  });
  if (oldest == replies_.end()) return false;
  AddUnwatched(kDiscard, {Value::Integer(oldest->id)}, trip);
  use_.Remove(oldest->owner, oldest->bytes);
  replies_.erase(oldest);
  return true;
}

void QuarantineWrites::WriteMark(MarkRequest& request, Trip& trip) {
  const QuarantineRoom share = ShareOfAccount(limits_);
  AddFinding(kMark,
             {Value::Integer(request.id), Value::Integer(absl::ToUnixMicros(request.redriven.time)),
              Value::Bytes(request.redriven.caller), Value::Integer(request.redriven.sequence)},
             &request.answer, QuarantinedNotFound(), trip);
  AddUnwatched(
      kBoundMarked,
      {Value::Integer(request.id), Value::Integer(share.entries), Value::Integer(share.bytes)},
      trip);
}

void QuarantineWrites::TakeWritten(const std::vector<Rows>& answers, size_t at) {
  for (const Finding& finding : finding_) {
    const bool found = answers[at++].affected() > 0;
    if (finding.answer != nullptr) *finding.answer = found ? absl::OkStatus() : finding.missing;
  }
  if (!frees_) return;
  use_ = QuarantineUse(limits_);
  AddUse(answers[at], use_);
}

absl::StatusOr<double> ReadUsedRatio(Connection& connection, absl::Duration limit,
                                     const QuarantineLimits& limits) {
  Trip trip;
  trip.Add(kUse);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  QuarantineUse use(limits);
  AddUse(answers->front(), use);
  return use.UsedRatio();
}

absl::StatusOr<int64_t> RemoveAged(Connection& connection, absl::Duration limit, absl::Time until) {
  Trip trip;
  trip.Add(kRemoveAged, {Value::Integer(absl::ToUnixMicros(until))});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  return answers->front().affected();
}

absl::StatusOr<std::vector<QuarantinedBody>> ReadQuarantined(Connection& connection,
                                                             absl::Duration limit, int64_t after,
                                                             int count,
                                                             absl::optional<QuarantinedKind> kind) {
  Trip trip;
  trip.Add(kList, {Value::Integer(after), Value::Integer(count),
                   Value::Integer(kind.has_value() ? static_cast<int64_t>(*kind) : 0)});
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
  absl::StatusOr<std::string> body = OpenBody(log, rows.Bytes(0, 12), rows.Bytes(0, 13));
  if (!body.ok()) return body.status();
  QuarantinedBody entry = EntryIn(rows, 0);
  entry.body = *std::move(body);
  return entry;
}

}  // namespace kyc::events::postgres
