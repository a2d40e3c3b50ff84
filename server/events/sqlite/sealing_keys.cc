#include "server/events/sqlite/sealing_keys.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/events/retired_key.h"

namespace kyc::events {
namespace {

constexpr char kProofText[] = "sealed with this key";

constexpr char kProof[] = "sealing_key";

// As last_sequence and last_quarantine_id.
constexpr int64_t kRetired = -1;

absl::Status NotGiven(int64_t key) {
  return absl::FailedPreconditionError(
      absl::StrCat("The event log's file holds data sealed with key id ", key,
                   ", which is not among the sealing keys, or is another key now"));
}

absl::StatusOr<bool> IsBesideEvents(Database& database, int64_t key) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM call_key WHERE substr(sealed_answer, 1, 2) = ?1) "
      "OR EXISTS (SELECT 1 FROM audit WHERE substr(sealed_purpose, 1, 2) = ?1)");
  if (!query.ok()) return query.status();
  return query->Bind(std::string(1, '\0') + static_cast<char>(key)).Step();
}

}  // namespace

absl::Status CheckSealingKeys(Database& database, const crypto::Sealer& sealer,
                              absl::string_view log_id) {
  absl::StatusOr<Statement> retired =
      database.Prepare("SELECT 1 FROM sealing_key WHERE key_id = ? AND last_sequence = ?");
  if (!retired.ok()) return retired.status();
  const absl::StatusOr<bool> is_retired =
      retired->Bind(int64_t{sealer.seals_with()}).Bind(kRetired).Step();
  if (!is_retired.ok()) return is_retired.status();
  if (*is_retired) {
    return absl::FailedPreconditionError(absl::StrCat(
        "Sealing key ", sealer.seals_with(),
        " was retired, as all that it had sealed was sealed again under another one: put a new "
        "key, of another id, first"));
  }
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT key_id, proof FROM sealing_key "
      "WHERE last_sequence > (SELECT trimmed_sequence FROM log) "
      "OR last_quarantine_id >= (SELECT MIN(id) FROM quarantine)");
  if (!query.ok()) return query.status();
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (!sealer.Of(log_id).Open(query->Bytes(1), kProof).ok()) return NotGiven(query->Integer(0));
  }
}

absl::Status CheckKeysBesideEvents(Database& database, const crypto::Sealer& sealer,
                                   absl::string_view log_id) {
  absl::StatusOr<Statement> query =
      database.Prepare("SELECT key_id, proof FROM sealing_key WHERE last_sequence <> ?");
  if (!query.ok()) return query.status();
  query->Bind(kRetired);
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (sealer.Of(log_id).Open(query->Bytes(1), kProof).ok()) continue;
    const absl::StatusOr<bool> left = IsBesideEvents(database, query->Integer(0));
    if (!left.ok()) return left.status();
    if (*left) return NotGiven(query->Integer(0));
  }
}

absl::Status RememberSealingKey(Database& database, const crypto::Sealer& sealer,
                                absl::string_view log_id) {
  const std::string proof = sealer.Of(log_id).Seal(kProofText, kProof);
  const int64_t key_id = sealer.seals_with();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();

  // The greatest number means: still in use; kRetired: never again.
  absl::StatusOr<Statement> retire = database.Prepare(
      "UPDATE sealing_key SET "
      "last_sequence = (SELECT COALESCE(MAX(sequence), 0) FROM event), "
      "last_quarantine_id = (SELECT COALESCE(MAX(id), 0) FROM quarantine) "
      "WHERE key_id <> ? AND last_sequence = 0x7fffffffffffffff");
  if (!retire.ok()) return retire.status();
  if (absl::Status status = retire->Bind(key_id).Run(); !status.ok()) return status;

  absl::StatusOr<Statement> use = database.Prepare(
      "INSERT OR REPLACE INTO sealing_key (key_id, proof, last_sequence, last_quarantine_id) "
      "VALUES (?, ?, 0x7fffffffffffffff, 0x7fffffffffffffff)");
  if (!use.ok()) return use.status();
  if (absl::Status status = use->Bind(key_id).Bind(proof).Run(); !status.ok()) return status;
  return transaction->Commit();
}

absl::StatusOr<std::vector<int64_t>> OlderSealingKeys(Database& database,
                                                      const crypto::Sealer& sealer) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT key_id FROM sealing_key WHERE key_id <> ? AND last_sequence <> ? ORDER BY key_id");
  if (!query.ok()) return query.status();
  query->Bind(int64_t{sealer.seals_with()}).Bind(kRetired);
  std::vector<int64_t> ids;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return ids;
    ids.push_back(query->Integer(0));
  }
}

absl::Status RetireSealingKeys(Database& database, const crypto::Sealer& sealer) {
  absl::StatusOr<Statement> retire = database.Prepare(
      "UPDATE sealing_key SET last_sequence = ?1, last_quarantine_id = ?1 WHERE key_id <> ?2");
  if (!retire.ok()) return retire.status();
  return retire->Bind(kRetired).Bind(int64_t{sealer.seals_with()}).Run();
}

absl::Status ForgetRetiredKeys(Database& database, crypto::Sealer& sealer,
                               const std::function<void(absl::string_view)>& say) {
  absl::StatusOr<Statement> query =
      database.Prepare("SELECT key_id FROM sealing_key WHERE last_sequence = ?");
  if (!query.ok()) return query.status();
  query->Bind(kRetired);
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    ForgetRetiredKey(sealer, static_cast<uint8_t>(query->Integer(0)), say);
  }
}

}  // namespace kyc::events
