#include "server/make_logger.h"

#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <utility>

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

}  // namespace

std::shared_ptr<spdlog::logger> MakeLogger(StderrLines& lines, const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("kyc", std::make_shared<LinesSink>(lines));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->set_error_handler([](const std::string&) {});  // Its own would write to stderr, and wait.
  return logger;
}

}  // namespace kyc
