// A real PgBouncer for tests.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_
#define SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_

#include <cstdint>
#include <string>

#include "server/events/postgres/testing/server_process.h"

namespace kyc::events::postgres {

// One thread. Killed by the destructor.
class PgBouncer {
 public:
  // Before the server on this port; `mode` is session, transaction or statement.
  PgBouncer(uint16_t server_port, const std::string& mode);

  std::string dsn() const;

 private:
  const uint16_t port_;
  const std::string path_;  // Of its files, without what they are.
  const ServerProcess process_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_
