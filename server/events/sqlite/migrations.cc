#include "server/events/sqlite/migrations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kyc::events {

absl::Status Migrate(Database& database, const LogIdentity& log, int from,
                     const SchemaHistory& history, const Say& say) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database, Transaction::Kind::kWrite);
  if (!transaction.ok()) return transaction.status();
  for (int version = from; version < history.newest; ++version) {
    const auto step =
        std::find_if(history.migrations.begin(), history.migrations.end(),
                     [version](const Migration& each) { return each.from == version; });
    if (step == history.migrations.end()) {
      return absl::FailedPreconditionError(
          absl::StrCat("The event log's file was written by a version too old (schema ", from,
                       ") for this one (schema ", history.newest,
                       "); open it with a version between them first"));
    }
    if (absl::Status status = database.Execute(step->sql); !status.ok()) return status;
    if (step->rows == nullptr) continue;
    if (absl::Status status = step->rows(database, log, say); !status.ok()) return status;
  }
  const std::string version = absl::StrCat("PRAGMA user_version = ", history.newest);
  if (absl::Status status = database.Execute(version.c_str()); !status.ok()) return status;
  return transaction->Commit();
}

}  // namespace kyc::events
