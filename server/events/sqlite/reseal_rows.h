// Seals rows of the log again, under the key that seals now.
#ifndef SERVER_EVENTS_SQLITE_RESEAL_ROWS_H_
#define SERVER_EVENTS_SQLITE_RESEAL_ROWS_H_

#include "absl/status/statusor.h"
#include "server/events/reseal.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// One step, within the writer's transaction; at kEnd the other keys are retired.
absl::StatusOr<ResealStep> Reseal(Database& database, const LogFile& file,
                                  const ResealPlace& place);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_RESEAL_ROWS_H_
