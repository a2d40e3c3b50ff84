// The read model's file: opened, or made anew.
#ifndef SERVER_EVENTS_JETSTREAM_READ_MODEL_FILE_H_
#define SERVER_EVENTS_JETSTREAM_READ_MODEL_FILE_H_

#include "absl/status/statusor.h"
#include "server/events/log_file.h"
#include "server/events/sqlite.h"

namespace kyc::events::jetstream {

// Blocks. A file of another log, or a damaged one, is made anew. FAILED_PRECONDITION: its schema or
// its keys are not ours, or it cannot be made.
absl::StatusOr<Database> OpenReadModel(const LogFile& file);

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_READ_MODEL_FILE_H_
