// The log's lines about what ended: a call, an attempt at an upstream, a notification.
#ifndef SERVER_ENDED_LINES_H_
#define SERVER_ENDED_LINES_H_

#include <functional>
#include <memory>

#include "server/admin/paced_lines.h"
#include "server/call/on_ended.h"
#include "server/config/settings.h"
#include "server/room_logs.h"
#include "server/stderr_lines.h"

namespace kyc {

// Owned by main; outlives the gateway and `lines` outlives it. Thread-safe.
class EndedLines {
 public:
  // Null where none are wanted.
  static std::unique_ptr<EndedLines> Make(const config::Settings& settings, const RoomLogs& logs,
                                          StderrLines& lines);

  // A line for each, of the room that it ended in, at most call_lines_per_second of each kind.
  OnEnded Listeners();

 private:
  using Write = std::function<void(const admin::Record&)>;

  EndedLines(int64_t lines_per_second, const RoomLogs& logs,
             const std::function<Write(LogRoom)>& write);

  admin::PacedLines calls_, attempts_, notifications_;
};

}  // namespace kyc

#endif  // SERVER_ENDED_LINES_H_
