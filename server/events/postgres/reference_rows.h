// What the log knows of a batch's references, which it is judged by.
#ifndef SERVER_EVENTS_POSTGRES_REFERENCE_ROWS_H_
#define SERVER_EVENTS_POSTGRES_REFERENCE_ROWS_H_

#include <vector>

#include "server/events/postgres/batch.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Each adds one statement to a trip of a transaction that holds the head's lock; the other of the
// same name takes its rows.

// The references of the events that exist.
void AskReferences(const std::vector<PreparedEvent>& events, Trip& trip);
References ReferencesIn(const Rows& rows, const std::vector<PreparedEvent>& events);

// Those of the contents that are there.
void AskOlder(const Contents& contents, Trip& trip);
Contents OlderIn(const Rows& rows);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_REFERENCE_ROWS_H_
