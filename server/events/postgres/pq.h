// A connection to a PostgreSQL server. pq.cc is the only file that says PQ.
//
// Errors are those of errors.h.
#ifndef SERVER_EVENTS_POSTGRES_PQ_H_
#define SERVER_EVENTS_POSTGRES_PQ_H_

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/secret.h"
#include "server/events/postgres/await.h"
#include "server/events/postgres/errors.h"
#include "server/events/postgres/keywords.h"
#include "server/events/postgres/values.h"

struct pg_conn;
struct pg_result;

namespace kyc::events::postgres {

// "host=a,b port=5432 dbname=kyc" taken apart, a list for each host. INVALID_ARGUMENT with a
// phrase that quotes nothing.
absl::StatusOr<std::vector<Keywords>> HostsOf(const std::string& dsn);

// One with a name is prepared once for each connection.
struct Statement {
  const char* name;
  const char* sql;
};

// What one statement came to.
class Rows {
 public:
  explicit Rows(pg_result* result);

  int size() const;
  int64_t Integer(int row, int column) const;
  absl::string_view Bytes(int row, int column) const;
  bool IsNull(int row, int column) const;
  // "COMMIT", "INSERT 0 5".
  absl::string_view tag() const;
  int64_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// Statements that go to the server together, and whose answers come together.
class Trip {
 public:
  Trip& Add(const Statement& statement, std::vector<Value> values = {}) {
    calls_.push_back({statement.name, statement.sql, std::move(values)});
    return *this;
  }
  // A text made for this once.
  Trip& Add(std::string sql, std::vector<Value> values = {}) {
    calls_.push_back({"", std::move(sql), std::move(values)});
    return *this;
  }
  size_t size() const { return calls_.size(); }

 private:
  friend class Connection;
  struct Call {
    std::string name;
    std::string sql;
    std::vector<Value> values;
  };
  std::vector<Call> calls_;
};

// One thread at a time. After an error of Run it must be thrown away: a transaction may be open, or
// its fate unknown.
class Connection {
 public:
  // Begins; it is open once Advance says kReady. Resolves the host's name, which blocks.
  static std::unique_ptr<Connection> Start(const Keywords& keywords, const Secret& password);
  // Start, and waits for it.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Keywords& keywords,
                                                          const Secret& password,
                                                          absl::Duration limit);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends a trip and waits for all its answers, one for each statement, in order. When the limit
  // ends first nothing is cancelled: what the server was told it may still do.
  absl::StatusOr<std::vector<Rows>> Run(const Trip& trip, absl::Duration limit);

  // The same in steps, so that several connections are waited for at once. Neither blocks.
  enum class State { kWaits, kReady, kFailed };
  void Begin(const Trip& trip);
  State Advance();
  // Of the trip that is kReady or kFailed, or why it could not connect.
  absl::StatusOr<std::vector<Rows>> Take();
  // How many statements of the last trip were answered before one failed, or all.
  size_t answered() const { return answered_; }
  // What the state kWaits waits for.
  AwaitedFile awaits() const { return {socket(), events_}; }

  // Whether the server said anything beside its answers since the last call: of a COMMIT, that it
  // may not be what it seems.
  bool TakeNotices() { return std::exchange(noticed_, false); }

  // The server's process, as it said at the beginning.
  int greeted_by() const;

  // Takes what has arrived while no trip runs. False: the connection is lost.
  bool TakeNotifications();

 private:
  enum class Phase { kConnecting, kIdle, kRunning, kFailed };

  explicit Connection(pg_conn* connection);
  int socket() const;
  State AdvanceConnecting();
  State AdvanceRunning();
  State Fail(absl::Status why);
  bool Send(const Trip::Call& call);
  void TakeResult(pg_result* result);
  absl::Status LastError() const;

  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Finish> connection_;
  Phase phase_ = Phase::kConnecting;
  short events_ = 0;
  bool noticed_ = false;
  std::set<std::string> prepared_;

  // Of the running trip. A result that is still to come is a statement's preparation or its rows.
  struct Expected {
    std::string prepares;  // Empty: rows.
  };
  std::deque<Expected> expected_;
  bool flushed_ = false;
  std::vector<Rows> rows_;
  size_t answered_ = 0;
  absl::Status failure_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_PQ_H_
