// What every connection to a log's file shares.
#ifndef SERVER_EVENTS_SQLITE_LOG_FILE_H_
#define SERVER_EVENTS_SQLITE_LOG_FILE_H_

#include <string>

#include "server/crypto/mac.h"
#include "server/events/log_identity.h"
#include "server/events/sqlite/file_identity.h"

namespace kyc::events {

// Immutable, so thread-safe. Outlives every connection.
struct LogFile : LogIdentity {
  std::string path;  // Without symbolic links.
  // Of the file with its -wal and -shm; checked whenever a connection is opened, and before a
  // commit is answered.
  FileIdentity identity = {};
  // Of this process: what another one has claimed, that one has left behind.
  std::string run_id = crypto::RandomBytes(16);
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_LOG_FILE_H_
