#include "server/make_logger.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/log_time.h"
#include "server/call/utf8.h"
#include "server/json/body.h"

namespace kyc {
namespace {

class LinesSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LinesSink(StderrLines& lines) : lines_(lines) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    lines_.Write(std::string(text.data(), text.size()));
  }
  void flush_() override {}

  StderrLines& lines_;
};

// JSON must be; a path that the system names may be anything.
std::string ValidUtf8(absl::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t length = FirstChar(text).length;
    if (length == 0) {
      valid += '?';
    } else {
      valid.append(text.data(), length);
    }
    text.remove_prefix(std::max(length, size_t{1}));
  }
  return valid;
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    json::ObjectWriter object;
    object.String("time", LogTime(absl::FromChrono(message.time)));
    const spdlog::string_view_t level = spdlog::level::to_string_view(message.level);
    object.String("level", {level.data(), level.size()});
    object.String("message", ValidUtf8({message.payload.data(), message.payload.size()}));
    const std::string line = std::move(object).Finish().ToString() + "\n";
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

std::shared_ptr<spdlog::logger> MakeLogger(StderrLines& lines, const std::string& level,
                                           config::LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>("kyc", std::make_shared<LinesSink>(lines));
  if (format == config::LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  logger->set_level(spdlog::level::from_str(level));
  logger->set_error_handler([](const std::string&) {});  // Its own would write to stderr, and wait.
  return logger;
}

}  // namespace kyc
