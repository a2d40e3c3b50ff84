#include "server/events/sqlite/sealing_keys.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace kyc::events {
namespace {

constexpr char kProofText[] = "sealed with this key";

constexpr char kProof[] = "sealing_key";

}  // namespace

absl::Status CheckSealingKeys(Database& database, const crypto::Sealer& sealer,
                              absl::string_view log_id) {
  absl::StatusOr<Statement> query = database.Prepare(
      "SELECT key_id, proof FROM sealing_key "
      "WHERE last_sequence > (SELECT trimmed_sequence FROM log) "
      "OR last_quarantine_id >= (SELECT MIN(id) FROM quarantine)");
  if (!query.ok()) return query.status();
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (!sealer.Of(log_id).Open(query->Bytes(1), kProof).ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("The event log's file holds data sealed with key id ", query->Integer(0),
                       ", which is not among the sealing keys, or is another key now"));
    }
  }
}

absl::Status RememberSealingKey(Database& database, const crypto::Sealer& sealer,
                                absl::string_view log_id) {
  const std::string proof = sealer.Of(log_id).Seal(kProofText, kProof);
  const int64_t key_id = sealer.seals_with();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();

  // The greatest number means: still in use.
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

}  // namespace kyc::events
