// What makes a log this one: its id and its keys, whatever engine keeps it.
#ifndef SERVER_EVENTS_LOG_IDENTITY_H_
#define SERVER_EVENTS_LOG_IDENTITY_H_

#include <string>

#include "server/crypto/sealer.h"
#include "server/events/log_keys.h"

namespace kyc::events {

// Immutable, so thread-safe. Outlives every connection.
struct LogIdentity {
  std::string log_id;  // 16 raw bytes.
  LogKeys keys;
  crypto::Sealer sealer;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_IDENTITY_H_
