#include "server/events/postgres/call_key_rows.h"

#include <string>
#include <utility>

#include "absl/types/optional.h"

namespace kyc::events::postgres {
namespace {

using Bytes = std::vector<absl::optional<absl::string_view>>;

constexpr Statement kFind = {
    "keys",
    "SELECT key_digest, state, content_digest, run_id, subject_digest, claimed_us, lease_us, "
    "sealed_answer FROM call_key WHERE key_digest = ANY($1::bytea[])"};
constexpr Statement kWrite = {
    "keys_write",
    "INSERT INTO call_key (key_digest, state, content_digest, run_id, subject_digest, claimed_us, "
    "lease_us, sealed_answer) SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], "
    "$4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bytea[]) "
    "ON CONFLICT (key_digest) DO UPDATE SET state = EXCLUDED.state, "
    "content_digest = EXCLUDED.content_digest, run_id = EXCLUDED.run_id, "
    "subject_digest = EXCLUDED.subject_digest, claimed_us = EXCLUDED.claimed_us, "
    "lease_us = EXCLUDED.lease_us, sealed_answer = EXCLUDED.sealed_answer"};
constexpr Statement kRemove = {"keys_remove",
                               "DELETE FROM call_key WHERE key_digest = ANY($1::bytea[])"};
constexpr Statement kMoveClock = {"keys_clock", "UPDATE log SET lived_us = $1::bigint"};

constexpr Statement kNoteLived = {
    "keys_note",
    "UPDATE log SET lived_us = $1::bigint WHERE lived_us < $1::bigint "
    "AND EXISTS (SELECT FROM call_key)"};
// One that was claimed anew since it was found is kept.
constexpr Statement kRemoveAged = {
    "keys_aged",
    "DELETE FROM call_key WHERE claimed_us < $1::bigint AND key_digest IN (SELECT key_digest FROM "
    "call_key WHERE claimed_us < $1::bigint ORDER BY claimed_us LIMIT $2::bigint)"};
constexpr Statement kErase = {
    "keys_erase",
    "UPDATE call_key SET state = 3, content_digest = '', subject_digest = NULL, "
    "sealed_answer = '' WHERE key_digest IN (SELECT key_digest FROM call_key WHERE "
    "subject_digest = $1::bytea LIMIT $2::bigint)"};

int64_t Micros(absl::Duration lived) { return absl::ToInt64Microseconds(lived); }

absl::StatusOr<int64_t> Affected(Connection& connection, absl::Duration limit, const Trip& trip) {
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  return answers->front().affected();
}

// Rows column by column, for kWrite.
class Columns {
 public:
  void Add(const std::string& key, const StoredKey& stored) {
    keys_.emplace_back(key);
    states_.push_back(static_cast<int64_t>(stored.row.state));
    contents_.emplace_back(stored.row.content);
    runs_.emplace_back(stored.row.run_id);
    subjects_.emplace_back(stored.subject);
    if (stored.subject.empty()) subjects_.back().reset();
    claimed_.push_back(Micros(stored.claimed));
    leases_.push_back(Micros(stored.lease));
    answers_.emplace_back(stored.sealed_answer);
  }
  bool empty() const { return keys_.empty(); }
  std::vector<Value> Values() const {
    return {Value::ByteArrays(keys_), Value::Integers(states_),     Value::ByteArrays(contents_),
            Value::ByteArrays(runs_), Value::ByteArrays(subjects_), Value::Integers(claimed_),
            Value::Integers(leases_), Value::ByteArrays(answers_)};
  }

 private:
  Bytes keys_, contents_, runs_, subjects_, answers_;
  std::vector<int64_t> states_, claimed_, leases_;
};

}  // namespace

CallKeyWrites::CallKeyWrites(std::vector<WriteRequest>& requests)
    : requests_(requests), asked_(KeysOf(requests)) {}

void CallKeyWrites::Ask(Trip& trip) const {
  trip.Add(kFind, {Value::ByteArrays({asked_.begin(), asked_.end()})});
}

void CallKeyWrites::Take(const Rows& answer) {
  there_.clear();
  for (int row = 0; row < answer.size(); ++row) {
    StoredKey& key = there_[std::string(answer.Bytes(row, 0))];
    key.row = {static_cast<KeyState>(answer.Integer(row, 1)), std::string(answer.Bytes(row, 2)),
               std::string(answer.Bytes(row, 3))};
    key.subject = std::string(answer.Bytes(row, 4));
    key.claimed = absl::Microseconds(answer.Integer(row, 5));
    key.lease = absl::Microseconds(answer.Integer(row, 6));
    key.sealed_answer = std::string(answer.Bytes(row, 7));
  }
}

void CallKeyWrites::Judge(absl::string_view run_id, absl::Duration lived) {
  lived_ = lived;
  plan_ = PlanKeys(std::move(there_), run_id, lived, requests_);
}

void CallKeyWrites::Write(Trip& trip) const {
  Columns written;
  Bytes removed;
  for (const std::string& key : plan_.changed) {
    const auto there = plan_.keys.find(key);
    if (there == plan_.keys.end()) {
      removed.emplace_back(key);
    } else {
      written.Add(key, there->second);
    }
  }
  if (!removed.empty()) trip.Add(kRemove, {Value::ByteArrays(removed)});
  if (!written.empty()) trip.Add(kWrite, written.Values());
  trip.Add(kMoveClock, {Value::Integer(Micros(lived_))});
}

absl::Status NoteLived(Connection& connection, absl::Duration limit, absl::Duration lived) {
  Trip trip;
  trip.Add(kNoteLived, {Value::Integer(Micros(lived))});
  return Affected(connection, limit, trip).status();
}

absl::StatusOr<int64_t> RemoveAgedKeys(Connection& connection, absl::Duration limit,
                                       absl::Duration before) {
  Trip trip;
  trip.Add(kRemoveAged, {Value::Integer(Micros(before)), Value::Integer(kKeysPerStep)});
  return Affected(connection, limit, trip);
}

absl::StatusOr<int64_t> EraseAnswers(Connection& connection, absl::Duration limit,
                                     absl::string_view subject, int64_t count) {
  Trip trip;
  trip.Add(kErase, {Value::Bytes(subject), Value::Integer(count)});
  return Affected(connection, limit, trip);
}

}  // namespace kyc::events::postgres
