#include "server/events/jetstream/read_model_file.h"

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/events/log_keys.h"
#include "server/events/schema.h"
#include "server/events/sealing_keys.h"

namespace kyc::events::jetstream {
namespace {

constexpr int64_t kFullCheckBytes = 64 << 20;

void RemoveFiles(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove(absl::StrCat(path, suffix).c_str());
}

// A new file gets an id of its own; this one is the stream's.
absl::Status Adopt(Database& database, const LogFile& file) {
  absl::StatusOr<Statement> adopt = database.Prepare("UPDATE log SET log_id = ?, key_check = ?");
  if (!adopt.ok()) return adopt.status();
  adopt->Bind(file.log_id).Bind(LookupDigest(file.keys.check, file.log_id));
  if (absl::Status status = adopt->Run(); !status.ok()) return status;
  // The proofs are bound to the id.
  if (absl::Status status = database.Execute("DELETE FROM sealing_key"); !status.ok()) {
    return status;
  }
  return RememberSealingKey(database, file.sealer, file.log_id);
}

absl::StatusOr<bool> IsSound(Database& database) {
  const absl::StatusOr<int64_t> bytes = database.QueryInteger(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (!bytes.ok()) return bytes.status();
  if (*bytes > kFullCheckBytes) return true;
  const absl::StatusOr<std::string> result = database.QueryBytes("PRAGMA quick_check(1)");
  if (!result.ok()) return result.status();
  return *result == "ok";
}

// The file as it is. NOT_FOUND: it must be made anew.
absl::StatusOr<Database> OpenAsIs(const LogFile& file) {
  absl::StatusOr<Database> database = Database::Open(file.path, Database::Use::kCreate);
  if (!database.ok()) return absl::NotFoundError("damaged");
  const absl::StatusOr<int64_t> tables =
      database->QueryInteger("SELECT COUNT(*) FROM sqlite_schema");
  const absl::StatusOr<std::string> log_id = PrepareSchema(*database, file.keys, file.sealer);
  if (absl::IsFailedPrecondition(log_id.status())) return log_id.status();
  if (!tables.ok() || !log_id.ok()) return absl::NotFoundError("damaged");
  if (*tables == 0) {
    if (absl::Status status = Adopt(*database, file); !status.ok()) return status;
  } else if (*log_id != file.log_id) {
    return absl::NotFoundError("another log's");
  }
  const absl::StatusOr<bool> sound = IsSound(*database);
  if (!sound.ok() || !*sound) return absl::NotFoundError("damaged");
  // What a power cut takes from the end comes again from the stream.
  if (absl::Status status = database->Execute("PRAGMA synchronous = NORMAL"); !status.ok()) {
    return status;
  }
  return database;
}

}  // namespace

absl::StatusOr<Database> OpenReadModel(const LogFile& file) {
  absl::StatusOr<Database> database = OpenAsIs(file);
  if (!absl::IsNotFound(database.status())) return database;
  RemoveFiles(file.path);
  database = OpenAsIs(file);
  if (!absl::IsNotFound(database.status())) return database;
  return absl::FailedPreconditionError(absl::StrCat("The read model cannot be made: ", file.path));
}

}  // namespace kyc::events::jetstream
