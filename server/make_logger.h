// The gateway's log.
#ifndef SERVER_MAKE_LOGGER_H_
#define SERVER_MAKE_LOGGER_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "server/config/settings.h"
#include "server/stderr_lines.h"

namespace kyc {

// Writes lines of at least this severity (debug, info, warn, error) with time and severity: as
// text, or as JSON objects {time, level, message}. Thread-safe, and never waits. `lines` outlives
// it.
std::shared_ptr<spdlog::logger> MakeLogger(StderrLines& lines, const std::string& level,
                                           config::LogFormat format = config::LogFormat::kText);

}  // namespace kyc

#endif  // SERVER_MAKE_LOGGER_H_
