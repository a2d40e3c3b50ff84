#include "server/events/postgres/pooler.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(2);

constexpr char kSession[] = "SELECT pg_backend_pid()";

}  // namespace

absl::Status RefusePoolerWithoutSessions(const Servers& servers, const Primary& primary) {
  if (!primary.seen.pooled) return absl::OkStatus();
  const auto refused = [&] {
    return absl::FailedPreconditionError(absl::StrCat(
        "Before the event log's server at ", primary.host,
        " stands a pooler that keeps no session for a connection (PgBouncer's transaction mode?): "
        "name the server itself in the dsn, or set the pooler to session mode"));
  };
  const absl::StatusOr<Primary> other = servers.Connect("kyc-gateway start", {});
  if (!other.ok()) return other.status();
  Trip ask, begin;
  ask.Add(std::string(kSession));
  begin.Add(std::string("BEGIN")).Add(std::string(kSession));
  if (const auto serves = other->connection->Run(ask, kTripLimit); !serves.ok()) {
    return serves.status();
  }
  const absl::StatusOr<std::vector<Rows>> before = primary.connection->Run(ask, kTripLimit);
  if (!before.ok()) return before.status();
  // While one connection is within a transaction, no other can be in its session. In statement mode
  // there are no transactions: it is cut.
  const absl::StatusOr<std::vector<Rows>> within = other->connection->Run(begin, kTripLimit);
  if (!within.ok()) return refused();
  const int64_t session = before->front().Integer(0, 0);
  if (within->back().Integer(0, 0) == session) return refused();
  const absl::StatusOr<std::vector<Rows>> after = primary.connection->Run(ask, kTripLimit);
  if (!after.ok()) return after.status();
  return after->front().Integer(0, 0) == session ? absl::OkStatus() : refused();
}

}  // namespace kyc::events::postgres
