// A pooler between this process and a server, like PgBouncer. In its session mode nothing is
// different. In its other modes each transaction may come to another of the server's sessions:
// prepared statements are missing there or made twice, settings are someone else's, LISTEN hears
// nothing.
#ifndef SERVER_EVENTS_POSTGRES_POOLER_H_
#define SERVER_EVENTS_POSTGRES_POOLER_H_

#include "absl/status/status.h"
#include "server/events/postgres/servers.h"

namespace kyc::events::postgres {

// FAILED_PRECONDITION, with what to do, if a pooler stands before the primary that keeps no session
// for a connection. One that others use at the same moment may go unseen: then errors.h names it
// when a statement fails. Blocks.
absl::Status RefusePoolerWithoutSessions(const Servers& servers, const Primary& primary);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_POOLER_H_
