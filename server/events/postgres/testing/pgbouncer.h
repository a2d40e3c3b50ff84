// A real PgBouncer for tests.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_
#define SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace kyc::events::postgres {

// One thread. Killed by the destructor.
class PgBouncer {
 public:
  // Before the server on this port; `mode` is session, transaction or statement.
  PgBouncer(uint16_t server_port, const std::string& mode);
  ~PgBouncer();
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  std::string dsn() const;

 private:
  void AwaitServing(const std::string& log) const;

  const uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_PGBOUNCER_H_
