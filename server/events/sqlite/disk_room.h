// Whether a disk takes more than what is on it.
#ifndef SERVER_EVENTS_SQLITE_DISK_ROOM_H_
#define SERVER_EVENTS_SQLITE_DISK_ROOM_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace kyc::events {

// Whether a file of so many bytes has room beside `path`, by making one that has no name and goes
// at once; OK where a file system knows none such. Else UNAVAILABLE LOG_UNAVAILABLE. Thread-safe;
// blocks.
absl::Status RoomBeside(const std::string& path, int64_t bytes);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_DISK_ROOM_H_
