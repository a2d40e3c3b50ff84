#include "server/events/sqlite/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "server/call/error.h"
#include "server/events/sqlite/sqlite_errors.h"
#include "server/events/sqlite/vfs.h"

namespace kyc::events {
namespace {

constexpr int kInstructionsBetweenClockReads = 1000;
constexpr int kHeaderBytes = 100;

// The connection's own settings. Foreign keys are not used; a small busy timeout covers the moment
// in which another connection recovers the write-ahead log. Checkpoints at every 4,000 pages, not
// 1,000, copy half as many: an index's page is changed by several events meanwhile.
constexpr char kSettings[] = R"sql(
  PRAGMA busy_timeout = 250;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = OFF;
  PRAGMA secure_delete = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -8192;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 33554432;
)sql";

// The engine counts its memory under a lock, which each of its allocations takes; nobody asks for
// the figures. Can be set before its first use only.
void CountNoMemory() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

// SQLite would make the file readable by all. When it exists it must not be opened here: closing
// any descriptor of it would drop the locks of this process' connections.
void MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) close(file);  // Why it could not be made, the engine will find and tell.
}

int OpenFlags(Database::Use use) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  return use == Database::Use::kCreate ? flags | SQLITE_OPEN_CREATE : flags;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::Bound(int code) {
  ++next_parameter_;
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Statement& Statement::Bind(int64_t value) {
  Bound(sqlite3_bind_int64(statement_.get(), next_parameter_, value));
  return *this;
}

Statement& Statement::Bind(absl::string_view bytes) {
  // A null pointer would bind NULL where an empty blob is meant.
  const char* data = bytes.empty() ? "" : bytes.data();
  Bound(
      sqlite3_bind_blob64(statement_.get(), next_parameter_, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::BindNull() {
  Bound(sqlite3_bind_null(statement_.get(), next_parameter_));
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  Reset();
  if (code == SQLITE_DONE) return false;
  return StatusOf(code);
}

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = Step();
  if (!row.ok()) return row.status();
  Reset();
  return *row ? GatewayBug("a statement gave an unexpected row") : absl::OkStatus();
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_parameter_ = 1;
  bind_error_ = SQLITE_OK;
}

int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr
             ? absl::string_view()
             : absl::string_view(static_cast<const char*>(data), static_cast<size_t>(size));
}

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

absl::StatusOr<Database> Database::Open(const std::string& path, Use use) {
  CountNoMemory();
  if (use == Use::kCreate) MakeFile(path);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, OpenFlags(use), LogVfs());
  Database database(opened);  // Even a failed opening may have to be closed.
  if (code != SQLITE_OK) return StatusOf(code);
  if (absl::Status status = database.Execute(kSettings); !status.ok()) return status;
  if (use == Use::kRead) {
    const char* settings = "PRAGMA query_only = ON; PRAGMA cache_size = -2048;";
    if (absl::Status status = database.Execute(settings); !status.ok()) return status;
  }
  return database;
}

absl::Status Database::UseWriteAheadLog() {
  absl::StatusOr<std::string> mode = QueryBytes("PRAGMA journal_mode = WAL");
  if (!mode.ok()) return mode.status();
  return *mode == "wal" ? absl::OkStatus() : StatusOf(SQLITE_CANTOPEN);
}

absl::StatusOr<bool> Database::Checkpoint() {
  int frames = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &frames, &moved);
  if (code != SQLITE_OK) return StatusOf(code);
  return moved == frames;
}

absl::StatusOr<bool> Database::EmptyWriteAheadLog() {
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if ((code & 0xff) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return StatusOf(code);
  *frames_ = 0;
  return true;
}

void Database::LeaveCheckpointsToCaller() {
  // Takes the place of the engine's own hook, which would checkpoint.
  sqlite3_wal_hook(
      database_.get(),
      [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<int64_t*>(frames) = count;
        return SQLITE_OK;
      },
      frames_.get());
}

absl::Status Database::BoundWriteAheadLog(int64_t bytes) {
  struct stat found;
  const char* path = sqlite3_filename_wal(sqlite3_db_filename(database_.get(), "main"));
  if (stat(path, &found) != 0 || found.st_size <= bytes) return absl::OkStatus();
  return EmptyWriteAheadLog().status();
}

absl::StatusOr<std::string> Database::Head() {
  sqlite3_file* file = nullptr;
  const int found = sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (found != SQLITE_OK) return StatusOf(found);
  std::string head(kHeaderBytes, '\0');
  // Short of it the rest is zeros, which no header is.
  const int read = file->pMethods->xRead(file, head.data(), kHeaderBytes, 0);
  if (read != SQLITE_OK && read != SQLITE_IOERR_SHORT_READ) return StatusOf(read);
  return head;
}

absl::Status Database::CopyTo(Database& target, int pages, absl::FunctionRef<bool()> go_on) {
  sqlite3_backup* copy =
      sqlite3_backup_init(target.database_.get(), "main", database_.get(), "main");
  if (copy == nullptr) return StatusOf(sqlite3_extended_errcode(target.database_.get()));
  int code = SQLITE_OK;
  while ((code = sqlite3_backup_step(copy, pages)) == SQLITE_OK) {
    if (go_on()) continue;
    code = SQLITE_INTERRUPT;
    break;
  }
  const int finished = sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) return StatusOf(code);
  return StatusOf(finished);
}

absl::Status Database::Execute(const char* sql) {
  return StatusOf(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr));
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return StatusOf(code);
  return Statement(statement);
}

absl::StatusOr<int64_t> Database::QueryInteger(absl::string_view sql) {
  absl::StatusOr<Statement> query = Prepare(sql);
  if (!query.ok()) return query.status();
  absl::StatusOr<bool> row = query->Step();
  if (!row.ok()) return row.status();
  return *row ? query->Integer(0) : 0;
}

absl::StatusOr<std::string> Database::QueryBytes(absl::string_view sql) {
  absl::StatusOr<Statement> query = Prepare(sql);
  if (!query.ok()) return query.status();
  absl::StatusOr<bool> row = query->Step();
  if (!row.ok()) return row.status();
  return *row ? std::string(query->Bytes(0)) : std::string();
}

void Database::LimitTime(absl::Duration limit) {
  if (deadline_ == nullptr) deadline_ = std::make_unique<Clock::time_point>();
  *deadline_ = Clock::now() + absl::ToChronoMicroseconds(limit);
  sqlite3_progress_handler(
      database_.get(), kInstructionsBetweenClockReads,
      [](void* deadline) {
        return Clock::now() > *static_cast<Clock::time_point*>(deadline) ? 1 : 0;
      },
      deadline_.get());
}

void Database::StopWith(std::stop_token stop) {
  stop_ = std::make_unique<std::stop_token>(std::move(stop));
  sqlite3_progress_handler(
      database_.get(), kInstructionsBetweenClockReads,
      [](void* token) { return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0; },
      stop_.get());
}

int64_t Database::changes() const { return sqlite3_changes64(database_.get()); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

absl::StatusOr<Transaction> Transaction::Begin(Database& database, Kind kind) {
  const char* begin = kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN";
  if (absl::Status status = database.Execute(begin); !status.ok()) return status;
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // After some errors the engine has already rolled back by itself.
  if (database_ != nullptr && database_->in_transaction()) {
    database_->Execute("ROLLBACK").IgnoreError();
  }
}

absl::Status Transaction::Commit() {
  absl::Status status = database_->Execute("COMMIT");
  if (status.ok()) database_ = nullptr;
  return status;
}

}  // namespace kyc::events
