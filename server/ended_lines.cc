#include "server/ended_lines.h"

namespace kyc {
namespace {

std::function<void(int64_t)> LeftOut(std::shared_ptr<spdlog::logger> log, const char* what) {
  return [log = std::move(log), what](int64_t lines) {
    log->info("{} more {} ended in the second before", lines, what);
  };
}

}  // namespace

std::unique_ptr<EndedLines> EndedLines::Make(const config::Settings& settings, const RoomLogs& logs,
                                             StderrLines& lines) {
  if (settings.call_lines_per_second == 0) return nullptr;
  std::function<Write(LogRoom)> write = [&logs](LogRoom room) {
    return [log = logs.Of(room)](const admin::Record& record) {
      if (log->should_log(spdlog::level::info)) log->info("{}", admin::RecordText(record));
    };
  };
  if (settings.log_format == config::LogFormat::kJson) {
    write = [&logs, &lines](LogRoom room) {
      return [log = logs.Of(room), &lines](const admin::Record& record) {
        if (log->should_log(spdlog::level::info)) lines.Write(admin::RecordJson(record) + "\n");
      };
    };
  }
  return std::unique_ptr<EndedLines>(new EndedLines(settings.call_lines_per_second, logs, write));
}

EndedLines::EndedLines(int64_t lines_per_second, const RoomLogs& logs,
                       const std::function<Write(LogRoom)>& write)
    : calls_(lines_per_second, write(LogRoom::kRpc), LeftOut(logs.Of(LogRoom::kRpc), "calls")),
      attempts_(lines_per_second, write(LogRoom::kUpstream),
                LeftOut(logs.Of(LogRoom::kUpstream), "attempts")),
      notifications_(lines_per_second, write(LogRoom::kWebhook),
                     LeftOut(logs.Of(LogRoom::kWebhook), "notifications")) {}

OnEnded EndedLines::Listeners() {
  return {[this](const EndedCall& call) { calls_.Note(call); },
          [this](const EndedAttempt& attempt) { attempts_.Note(attempt); },
          [this](const AnsweredNotification& notification) { notifications_.Note(notification); }};
}

}  // namespace kyc
