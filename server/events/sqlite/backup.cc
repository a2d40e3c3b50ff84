#include "server/events/sqlite/backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/call/folder_of.h"
#include "server/events/sqlite/file_lock.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {
namespace {

constexpr int kPagesAtOnce = 256;  // 1 MiB.
constexpr absl::Duration kPause = absl::Milliseconds(5);

absl::Status Failed(absl::string_view why) {
  Error error;
  error.code = absl::StatusCode::kUnknown;
  error.reason = "BACKUP_FAILED";
  error.message = absl::StrCat("The event log could not be backed up: ", why);
  return ToStatus(error);
}

absl::Status Exists() {
  Error error;
  error.code = absl::StatusCode::kAlreadyExists;
  error.reason = "BACKUP_EXISTS";
  error.message = "A file of this name is there already; it is left as it is";
  return ToStatus(error);
}

absl::Status FailedCall(absl::string_view call) {
  return Failed(absl::StrCat(call, ": ", std::strerror(errno)));
}

absl::Status Copy(const std::string& from, const std::string& to, const std::stop_token& stop) {
  absl::StatusOr<Database> source = Database::Open(from, Database::Use::kRead);
  if (!source.ok()) return source.status();
  // Held throughout: every step copies the same state.
  absl::StatusOr<Transaction> reading = Transaction::Begin(*source, Transaction::Kind::kRead);
  if (!reading.ok()) return reading.status();
  absl::StatusOr<std::string> log_id = LogIdOf(*source);
  if (!log_id.ok()) return log_id.status();
  absl::StatusOr<Database> target = Database::Open(to, Database::Use::kWrite);
  if (!target.ok()) return target.status();
  // It is synced as a whole, and nobody uses half of it.
  if (absl::Status status = target->Execute("PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF");
      !status.ok()) {
    return status;
  }
  return source->CopyTo(*target, kPagesAtOnce, [&stop] {
    absl::SleepFor(kPause);
    return !stop.stop_requested();
  });
}

absl::StatusOr<BackedUp> Check(const std::string& copy, const std::stop_token& stop) {
  absl::StatusOr<Database> database = Database::Open(copy, Database::Use::kRead);
  if (!database.ok()) return database.status();
  database->StopWith(stop);
  const absl::StatusOr<int64_t> newest = CheckWhole(*database);
  if (!newest.ok()) return newest.status();
  return BackedUp{.newest_sequence = *newest};
}

// Durable under its name once it returns.
absl::Status Publish(const std::string& unfinished, const std::string& to) {
  const int file = open(unfinished.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FailedCall("open");
  const bool synced = fsync(file) == 0;
  close(file);
  if (!synced) return FailedCall("fsync");
  if (renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    return errno == EEXIST ? Exists() : FailedCall("rename");
  }
  const int directory = open(FolderOf(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return FailedCall("open of the folder");
  const bool named = fsync(directory) == 0;
  close(directory);
  return named ? absl::OkStatus() : FailedCall("fsync of the folder");
}

absl::StatusOr<BackedUp> CopyCheckAndPublish(const std::string& from, const std::string& unfinished,
                                             const std::string& to, const std::stop_token& stop) {
  if (truncate(unfinished.c_str(), 0) != 0) return FailedCall("truncate");
  if (absl::Status copied = Copy(from, unfinished, stop); !copied.ok()) {
    return Failed(copied.message());
  }
  absl::StatusOr<BackedUp> checked = Check(unfinished, stop);
  if (!checked.ok()) return Failed(checked.status().message());
  struct stat found;
  if (stat(unfinished.c_str(), &found) != 0) return FailedCall("stat");
  checked->size_bytes = found.st_size;
  if (absl::Status published = Publish(unfinished, to); !published.ok()) return published;
  return checked;
}

}  // namespace

absl::StatusOr<BackedUp> BackUp(const std::string& from, const std::string& to,
                                std::stop_token stop) {
  if (access(to.c_str(), F_OK) == 0) return Exists();
  const std::string unfinished = absl::StrCat(to, ".unfinished");
  const absl::StatusOr<FileLock> lock = FileLock::Take(unfinished);
  if (!lock.ok()) {
    return Failed(absl::IsFailedPrecondition(lock.status()) ? "another one writes the same file"
                                                            : lock.status().message());
  }
  absl::StatusOr<BackedUp> backed_up = CopyCheckAndPublish(from, unfinished, to, stop);
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    if (!backed_up.ok()) unlink(absl::StrCat(unfinished, suffix).c_str());
  }
  return backed_up;
}

}  // namespace kyc::events
