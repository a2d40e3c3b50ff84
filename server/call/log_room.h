// Whose line of the log it is: each room's level can be another one.
#ifndef SERVER_CALL_LOG_ROOM_H_
#define SERVER_CALL_LOG_ROOM_H_

#include <cstddef>

namespace kyc {

enum class LogRoom {
  kProcess,
  kRpc,
  kUpstream,
  kWebhook,
  kStream,
  kEvents,
  kUsage,
  kTracing,
  kAdmin
};

// As operators name them.
inline constexpr const char* kLogRooms[] = {"process", "rpc",   "upstream", "webhook", "stream",
                                            "events",  "usage", "tracing",  "admin"};
inline constexpr size_t kLogRoomCount = sizeof(kLogRooms) / sizeof(kLogRooms[0]);

}  // namespace kyc

#endif  // SERVER_CALL_LOG_ROOM_H_
