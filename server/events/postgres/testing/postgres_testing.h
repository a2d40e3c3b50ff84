// Makes the tests of the log over PostgreSQL read as scripts.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_TESTING_H_
#define SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_TESTING_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"

namespace kyc::events::postgres {

// How long anything may take that a test waits for. Far more than it does.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// The options of a log over these servers with the keys that all tests use: proven on one standby
// where there are some.
PostgresLogOptions OptionsOver(const PostgresServers& servers, Metrics& metrics);

// Opens it; a test failure and null when it cannot be.
std::unique_ptr<PostgresLog> OpenLog(PostgresLogOptions options);

// What a log tells of its commits: takes its OnCommitted. Made before the first Append; the log may
// outlive it.
class Listener {
 public:
  explicit Listener(EventLog& log);

  // Waits until the log shows so much; a test failure if it never does.
  void AwaitSequence(int64_t sequence) const;

 private:
  struct Told {
    std::mutex mutex;
    std::condition_variable more;
    int64_t sequence = 0;
  };
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

// Appends, again and again for as long as the log cannot be reached.
Appended AppendWhatever(EventLog& log, const ::netzme::v1::UpgradeEvent& notification);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_TESTING_H_
