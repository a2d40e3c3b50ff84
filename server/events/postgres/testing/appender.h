// Those who append while servers fail, and what must be true afterwards.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_APPENDER_H_
#define SERVER_EVENTS_POSTGRES_TESTING_APPENDER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/events/event_log.h"

namespace kyc::events::postgres {

// Takes a log's lines for the operator, from any thread.
class OperatorLines {
 public:
  std::function<void(absl::string_view)> Taker();
  // Waits until a line has this text; a test failure if none ever has.
  void Await(absl::string_view text) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> lines_;
};

// Appends new references on a thread of its own, each until it is answered, until it is stopped.
class Appender {
 public:
  Appender(EventLog& log, std::string name)
      : log_(log), name_(std::move(name)), thread_([this] { Run(); }) {}
  ~Appender() { Stop(); }

  void Stop();
  // Waits for so many more answers.
  void Await(int64_t more) const;
  int64_t acknowledged() const { return acknowledged_; }
  const std::string& name() const { return name_; }

 private:
  void Run();

  EventLog& log_;
  const std::string name_;
  std::atomic<int64_t> acknowledged_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

// Every acknowledged reference is there once, and no sequence is left out.
void ExpectAllKept(const EventLog& log, const std::vector<const Appender*>& appenders);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_APPENDER_H_
