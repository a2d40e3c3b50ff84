#include "server/ended_lines.h"

namespace kyc {
namespace {

std::function<void(int64_t)> LeftOut(std::shared_ptr<spdlog::logger> log, const char* what) {
  return [log = std::move(log), what](int64_t lines) {
    log->info("{} more {} ended in the second before", lines, what);
  };
}

}  // namespace

std::unique_ptr<EndedLines> EndedLines::Make(const config::Settings& settings,
                                             const std::shared_ptr<spdlog::logger>& log,
                                             StderrLines& lines) {
  if (settings.call_lines_per_second == 0) return nullptr;
  Write write = [log](const admin::Record& record) { log->info("{}", admin::RecordText(record)); };
  if (settings.log_format == config::LogFormat::kJson) {
    write = [log, &lines](const admin::Record& record) {
      if (log->should_log(spdlog::level::info)) lines.Write(admin::RecordJson(record) + "\n");
    };
  }
  return std::unique_ptr<EndedLines>(new EndedLines(settings.call_lines_per_second, write, log));
}

EndedLines::EndedLines(int64_t lines_per_second, const Write& write,
                       const std::shared_ptr<spdlog::logger>& log)
    : calls_(lines_per_second, write, LeftOut(log, "calls")),
      attempts_(lines_per_second, write, LeftOut(log, "attempts")),
      notifications_(lines_per_second, write, LeftOut(log, "notifications")) {}

OnEnded EndedLines::Listeners() {
  return {[this](const EndedCall& call) { calls_.Note(call); },
          [this](const EndedAttempt& attempt) { attempts_.Note(attempt); },
          [this](const AnsweredNotification& notification) { notifications_.Note(notification); }};
}

}  // namespace kyc
