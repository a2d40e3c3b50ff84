// SQLite, as little of it as the log needs. Beside vfs.cc no other file says sqlite3_.
//
// Errors are those of sqlite_errors.h.
#ifndef SERVER_EVENTS_SQLITE_SQLITE_H_
#define SERVER_EVENTS_SQLITE_SQLITE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kyc::events {

// A prepared statement; used by its database's thread, ends before its database.
class Statement {
 public:
  // Each binds the next parameter, from left to right. Bytes are copied, and stored as a blob.
  Statement& Bind(int64_t value);
  Statement& Bind(absl::string_view bytes);
  Statement& BindNull();

  // True: a row is there. False: there is no further one, and the statement can be bound anew.
  absl::StatusOr<bool> Step();
  // For statements without rows: runs, and can then be bound anew.
  absl::Status Run();
  // Lets go of the row and the parameters, so that the statement can be bound anew.
  void Reset();

  // Columns of the row, from 0. Bytes live until the next Step, Run or Reset.
  int64_t Integer(int column) const;
  absl::string_view Bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void Bound(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_parameter_ = 1;
  int bind_error_ = 0;  // The first one since the last Reset; told by Step.
};

// A connection. Used by one thread at a time.
class Database {
 public:
  enum class Use {
    kCreate,  // Reads and writes; makes the file, readable by its owner only, when it is absent.
    kWrite,   // Reads and writes a file that must exist.
    kRead,    // Reads a file that must exist.
  };

  // Changes nothing in the file. A commit is on disk when it returns (synchronous=FULL); what is
  // deleted is overwritten with zeros (secure_delete), because it was somebody's data.
  static absl::StatusOr<Database> Open(const std::string& path, Use use);

  // Keeps commits in a write-ahead log beside the file from now on, so that readers and the writer
  // do not wait for each other.
  absl::Status UseWriteAheadLog();
  // Moves what the write-ahead log holds into the file, both synced, as far as no reader needs it.
  // Returns whether that was all.
  absl::StatusOr<bool> Checkpoint();
  // Also makes the write-ahead log empty. Waits shortly for readers, and returns false if that was
  // in vain.
  absl::StatusOr<bool> EmptyWriteAheadLog();
  // EmptyWriteAheadLog when it has grown beyond `bytes`: commits let it grow as long as some read
  // is always under way.
  absl::Status BoundWriteAheadLog(int64_t bytes);
  // From now on commits do not move it by themselves; the caller does.
  void LeaveCheckpointsToCaller();
  // How much the write-ahead log held after this connection's last commit, once they are the
  // caller's.
  int64_t frames() const { return *frames_; }

  // The beginning of the file as it is on disk, which only checkpoints change.
  absl::StatusOr<std::string> Head();

  // Copies all of it into `target`, whatever that holds, `pages` at a time, calling `go_on` in
  // between. UNAVAILABLE if that returns false.
  absl::Status CopyTo(Database& target, int pages, absl::FunctionRef<bool()> go_on);

  // Runs statements without parameters or rows.
  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // The first column of the only row of a query without parameters. Bytes or number by need.
  absl::StatusOr<int64_t> QueryInteger(absl::string_view sql);
  absl::StatusOr<std::string> QueryBytes(absl::string_view sql);

  // Statements that run beyond this time from now fail with UNAVAILABLE.
  void LimitTime(absl::Duration limit);
  // Statements that run when `stop` is requested fail with UNAVAILABLE.
  void StopWith(std::stop_token stop);
  // Rows that the last INSERT, UPDATE or DELETE touched.
  int64_t changes() const;
  bool in_transaction() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
  std::unique_ptr<Clock::time_point> deadline_;  // Its address is known to the engine,
  std::unique_ptr<std::stop_token> stop_;
  std::unique_ptr<int64_t> frames_ = std::make_unique<int64_t>(0);  // and this one's, too.
};

// A transaction; rolled back at the end of its scope unless committed. Ends before its database.
class Transaction {
 public:
  enum class Kind {
    kRead,   // Every read in it sees the same state.
    kWrite,  // Takes the one place of a writer at once.
  };
  static absl::StatusOr<Transaction> Begin(Database& database, Kind kind);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  absl::Status Commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}

  Database* database_;  // Null once committed or moved from.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SQLITE_H_
