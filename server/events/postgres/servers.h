// The servers of a log, and which of them takes what is written.
#ifndef SERVER_EVENTS_POSTGRES_SERVERS_H_
#define SERVER_EVENTS_POSTGRES_SERVERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

struct ServersOptions {
  std::vector<Keywords> hosts;
  Secret password;
  // False for engines that speak PostgreSQL's protocol but know no write-ahead log: then the first
  // host that answers is the one.
  bool has_timelines = true;
  absl::Duration connect_limit = absl::Seconds(2);
  // How long the other hosts are waited for once one would do.
  absl::Duration others_limit = absl::Milliseconds(300);
  Metrics* metrics = nullptr;  // Not owned; may be null.
  // Takes a line without data, from any thread.
  std::function<void(absl::string_view line)> log;
};

// What a host says of itself.
struct Seen {
  bool read_write = false;
  int64_t timeline = 0;
  int64_t system_identifier = 0;
  bool pooled = false;  // Another of its processes answers than greeted us: something is between.
};

// What this process has accepted before. Zero: nothing yet.
struct Known {
  int64_t timeline = 0;
  int64_t system_identifier = 0;
};

// Which of the hosts is the primary: the read-write one of the highest timeline, never of a lower
// one or another system than is known. An old primary that came back is read-write, too, and a
// commit on it would wait for ever. None of a host: it did not answer. The error is UNAVAILABLE and
// says why not. Pure.
absl::StatusOr<size_t> ChoosePrimary(const std::vector<absl::optional<Seen>>& hosts, Known known);
// How many of them are read-write; above 1 somebody made a mistake.
int PrimariesAmong(const std::vector<absl::optional<Seen>>& hosts);

// A connection to the primary, ready for statements.
struct Primary {
  std::unique_ptr<Connection> connection;
  std::string host;
  Seen seen;
};

// Thread-safe.
class Servers {
 public:
  explicit Servers(ServersOptions options) : options_(std::move(options)) {}

  // Connects to all hosts at once and chooses. `settings` are statements for the session. Blocks up
  // to the options' limit.
  absl::StatusOr<Primary> Connect(absl::string_view application_name,
                                  const std::vector<std::string>& settings) const;
  // The history of this primary was found to be ours.
  void Accept(const Seen& seen);
  Known known() const;

  // Every host that answers, for whoever looks at their settings. Null: it does not.
  std::vector<std::unique_ptr<Connection>> ConnectAll() const;
  const ServersOptions& options() const { return options_; }

 private:
  void TellOfSeveral(int primaries) const;

  const ServersOptions options_;
  mutable std::mutex mutex_;
  Known known_;
  mutable int told_primaries_ = 1;
};

// "127.0.0.1:5432".
std::string HostName(const Keywords& host);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_SERVERS_H_
