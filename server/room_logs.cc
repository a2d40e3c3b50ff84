#include "server/room_logs.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kyc {
namespace {

constexpr const char* kLevels[] = {"debug", "info", "warn", "error"};
constexpr char kConfigured[] = "configured";

std::string NameOf(spdlog::level::level_enum level) {
  for (const char* name : kLevels) {
    if (spdlog::level::from_str(name) == level) return name;
  }
  return "off";
}

}  // namespace

RoomLogs::RoomLogs(const std::shared_ptr<spdlog::logger>& log) : configured_(log->level()) {
  for (size_t room = 0; room < kLogRoomCount; ++room) logs_[room] = log->clone(kLogRooms[room]);
}

void RoomLogs::Apply(size_t room) { logs_[room]->set_level(own_[room].value_or(configured_)); }

void RoomLogs::Configure(const std::string& level) {
  const std::lock_guard lock(mutex_);
  configured_ = spdlog::level::from_str(level);
  for (size_t room = 0; room < kLogRoomCount; ++room) Apply(room);
}

absl::Status RoomLogs::Set(absl::string_view room, absl::string_view level) {
  if (level != kConfigured && !absl::c_linear_search(kLevels, level)) {
    return absl::InvalidArgumentError(
        absl::StrCat("level must be one of ", absl::StrJoin(kLevels, ", "), "; or ", kConfigured));
  }
  if (!room.empty() && !absl::c_linear_search(kLogRooms, room)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "room must be one of ", absl::StrJoin(kLogRooms, ", "), "; without it all are meant"));
  }
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < kLogRoomCount; ++i) {
    if (!room.empty() && room != kLogRooms[i]) continue;
    own_[i] = level == kConfigured ? absl::optional<spdlog::level::level_enum>()
                                   : spdlog::level::from_str(std::string(level));
    Apply(i);
  }
  return absl::OkStatus();
}

std::string RoomLogs::Text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (size_t room = 0; room < kLogRoomCount; ++room) {
    absl::StrAppend(&text, kLogRooms[room], " ", NameOf(own_[room].value_or(configured_)));
    if (own_[room].has_value()) {
      absl::StrAppend(&text, ", until the process ends; configured: ", NameOf(configured_));
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace kyc
