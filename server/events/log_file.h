// What every connection to a log's file shares.
#ifndef SERVER_EVENTS_LOG_FILE_H_
#define SERVER_EVENTS_LOG_FILE_H_

#include <string>

#include "server/crypto/sealer.h"
#include "server/events/log_keys.h"

namespace kyc::events {

// Immutable, so thread-safe. Outlives every connection.
struct LogFile {
  std::string path;
  std::string log_id;  // 16 raw bytes.
  LogKeys keys;
  crypto::Sealer sealer;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_FILE_H_
