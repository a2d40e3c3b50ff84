#include "server/events/postgres/sealing_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/postgres/errors.h"
#include "server/events/postgres/log_row.h"
#include "server/events/retired_key.h"

namespace kyc::events::postgres {
namespace {

// All that is kept may be looked through.
constexpr absl::Duration kLookLimit = absl::Minutes(10);
constexpr absl::Duration kTripLimit = absl::Seconds(5);

constexpr char kProofText[] = "sealed with this key";
constexpr char kProofPart[] = "sealing_key";

// sealing_key.state.
constexpr int64_t kSeals = 0;
constexpr int64_t kRetired = 2;

#define KYC_OLDER \
  "(added, key_id) < (SELECT added, key_id FROM sealing_key WHERE key_id = $1::bigint)"
constexpr Statement kNote = {
    "note_sealing_key",
    "INSERT INTO sealing_key (key_id, proof, added) "
    "SELECT $1::bigint, $2::bytea, coalesce(max(added), 0) + 1 FROM sealing_key "
    "ON CONFLICT DO NOTHING"};
// Ours first: what became of it comes before what else is amiss.
constexpr Statement kKeys = {
    "sealing_keys",
    "SELECT key_id, proof, state FROM sealing_key ORDER BY key_id <> $1::bigint, key_id"};
constexpr Statement kState = {"sealing_key_state",
                              "SELECT state FROM sealing_key WHERE key_id = $1::bigint"};
constexpr Statement kOlder = {"older_sealing_keys",
                              "SELECT key_id FROM sealing_key WHERE " KYC_OLDER
                              " AND state < 2 ORDER BY key_id"};
// How many older ones may seal, and how many sessions might use one.
constexpr Statement kOpen = {"open_sealing_keys",
                             "SELECT count(*) FROM sealing_key WHERE " KYC_OLDER " AND state = 0"};
constexpr Statement kOtherWriters = {
    "other_writers",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
    "application_name LIKE 'kyc-gateway writer%' AND application_name <> convert_from($1::bytea, "
    "'UTF8')"};
constexpr Statement kClose = {"close_sealing_keys",
                              "UPDATE sealing_key SET state = 1 WHERE " KYC_OLDER " AND state = 0"};
constexpr Statement kRetire = {
    "retire_sealing_keys", "UPDATE sealing_key SET state = 2 WHERE " KYC_OLDER " AND state = 1"};
#undef KYC_OLDER
constexpr Statement kChanged = {"keys_changed", "UPDATE log SET keys_changed = keys_changed + 1"};
constexpr Statement kBegin = {"begin_keys", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr Statement kCommit = {"commit_keys", "COMMIT"};

absl::StatusOr<std::vector<Rows>> Run(Connection& connection, const Trip& trip) {
  return connection.Run(trip, kTripLimit);
}

absl::Status Refused(int64_t key, int64_t state) {
  return absl::FailedPreconditionError(absl::StrCat(
      "Sealing key ", key,
      state == kRetired
          ? " was retired, as all that it had sealed was sealed again under another one"
          : " is being replaced, and seals nothing any more",
      ": put the newer key first, or a new one of another id"));
}

// Whether anything of it is left; nearly always the oldest events tell at once. Sealed text begins
// with a zero byte and the key's id, or, of old, with the id.
absl::StatusOr<bool> IsLeft(Connection& connection, int64_t key) {
  Trip look;
  look.Add(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM event WHERE get_byte(sealed_fields, 0) = "
      "$1::bigint OR substr(sealed_fields, 1, 2) = $2::bytea) OR EXISTS (SELECT 1 FROM "
      "quarantine WHERE get_byte(sealed_body, 0) = $1::bigint OR "
      "substr(sealed_body, 1, 2) = $2::bytea) OR EXISTS (SELECT 1 FROM call_key WHERE "
      "substr(sealed_answer, 1, 2) = $2::bytea) OR EXISTS (SELECT 1 FROM audit WHERE "
      "substr(sealed_purpose, 1, 2) = $2::bytea)",
      {Value::Integer(key), Value::Bytes(std::string(1, '\0') + static_cast<char>(key))});
  const absl::StatusOr<std::vector<Rows>> left = connection.Run(look, kLookLimit);
  if (!left.ok()) return left.status();
  return left->front().size() > 0;
}

}  // namespace

absl::Status CheckSealingKeys(Connection& connection, crypto::Sealer& sealer,
                              absl::string_view log_id, bool may_read,
                              const std::function<void(absl::string_view)>& say) {
  const int64_t ours = sealer.seals_with();
  Trip trip;
  trip.Add(kNote,
           {Value::Integer(ours), Value::Bytes(sealer.Of(log_id).Seal(kProofText, kProofPart))})
      .Add(kKeys, {Value::Integer(ours)});
  const absl::StatusOr<std::vector<Rows>> answers = Run(connection, trip);
  if (!answers.ok()) return answers.status();
  const Rows& keys = answers->back();
  for (int row = 0; row < keys.size(); ++row) {
    const int64_t id = keys.Integer(row, 0);
    const int64_t state = keys.Integer(row, 2);
    if (id == ours && state != kSeals) return Refused(id, state);
    if (state == kRetired) {
      ForgetRetiredKey(sealer, static_cast<uint8_t>(id), say);
      continue;
    }
    if (sealer.Of(log_id).Open(keys.Bytes(row, 1), kProofPart).ok()) continue;
    if (id != ours) {
      if (!may_read) continue;
      const absl::StatusOr<bool> left = IsLeft(connection, id);
      if (!left.ok()) return left.status();
      if (!*left) continue;
    }
    return absl::FailedPreconditionError(
        absl::StrCat("The event log's database holds data sealed with key id ", id,
                     ", which is not among the sealing keys, or is another key now"));
  }
  return absl::OkStatus();
}

std::string WriterName(int64_t key) { return absl::StrCat("kyc-gateway writer, key ", key); }

absl::StatusOr<bool> MaySeal(Connection& connection, absl::Duration limit, int64_t key) {
  Trip trip;
  trip.Add(kState, {Value::Integer(key)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& found = answers->front();
  return found.size() == 0 || found.Integer(0, 0) == kSeals;
}

absl::StatusOr<std::vector<int64_t>> OlderSealingKeys(Connection& connection, absl::Duration limit,
                                                      int64_t key) {
  Trip trip;
  trip.Add(kOlder, {Value::Integer(key)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  std::vector<int64_t> ids;
  for (int row = 0; row < answers->front().size(); ++row) {
    ids.push_back(answers->front().Integer(row, 0));
  }
  return ids;
}

absl::StatusOr<bool> CloseOlderKeys(Connection& connection, absl::Duration limit, int64_t key) {
  Trip look;
  look.Add(kOpen, {Value::Integer(key)}).Add(kOtherWriters, {Value::Bytes(WriterName(key))});
  const absl::StatusOr<std::vector<Rows>> seen = connection.Run(look, limit);
  if (!seen.ok()) return seen.status();
  if ((*seen)[0].Integer(0, 0) == 0) return true;
  if ((*seen)[1].Integer(0, 0) != 0) return false;
  // What is under way is over once the head is locked; what comes after sees that it changed. Who
  // came since the look finds out by that, too.
  Trip close;
  close.Add(kBegin).Add(kLockLogRow).Add(kClose, {Value::Integer(key)}).Add(kChanged).Add(kCommit);
  absl::Status closed = connection.Run(close, limit).status();
  if (!closed.ok()) return closed;
  return true;
}

absl::StatusOr<bool> RetireOlderKeys(Connection& connection, absl::Duration limit, int64_t key) {
  Trip look;
  look.Add(kOpen, {Value::Integer(key)});
  const absl::StatusOr<std::vector<Rows>> seen = connection.Run(look, limit);
  if (!seen.ok()) return seen.status();
  if (seen->front().Integer(0, 0) != 0) return false;
  Trip retire;
  retire.Add(kRetire, {Value::Integer(key)});
  absl::Status retired = connection.Run(retire, limit).status();
  if (!retired.ok()) return retired;
  return true;
}

}  // namespace kyc::events::postgres
