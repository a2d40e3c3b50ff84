// A log for each room, whose level can be another one, and changed while running.
#ifndef SERVER_ROOM_LOGS_H_
#define SERVER_ROOM_LOGS_H_

#include <spdlog/logger.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/call/log_room.h"

namespace kyc {

// Thread-safe. Owned by main, outlives the gateway.
class RoomLogs {
 public:
  // All write as `log` does, at its level, which is the configuration's.
  explicit RoomLogs(const std::shared_ptr<spdlog::logger>& log);

  const std::shared_ptr<spdlog::logger>& Of(LogRoom room) const {
    return logs_[static_cast<size_t>(room)];
  }

  // The configuration's level is another one: of each room that was given none of its own.
  void Configure(const std::string& level);

  // Gives a room, or all where `room` is empty, a level of its own until the process ends;
  // "configured" takes it back. INVALID_ARGUMENT, which says what there is, where there is no such
  // room or level.
  absl::Status Set(absl::string_view room, absl::string_view level);

  // A line for each room: its name, its level, and whether that is its own.
  std::string Text() const;

 private:
  void Apply(size_t room);  // Holds mutex_.

  std::array<std::shared_ptr<spdlog::logger>, kLogRoomCount> logs_;
  mutable std::mutex mutex_;
  spdlog::level::level_enum configured_;  // Guarded by mutex_, as what follows.
  std::array<absl::optional<spdlog::level::level_enum>, kLogRoomCount> own_;
};

}  // namespace kyc

#endif  // SERVER_ROOM_LOGS_H_
