// An engine of the event log under test: the contract's tests are linked with one after the other.
#ifndef SERVER_EVENTS_TESTING_ENGINE_H_
#define SERVER_EVENTS_TESTING_ENGINE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_rules.h"

namespace kyc::events {

struct EngineOptions {
  int max_waiting = 4096;
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  QuarantineLimits quarantine;
  // How often it looks for what is too old.
  absl::Duration trim_interval = absl::Seconds(10);
  // Takes lines for the operator, from any thread. May be null.
  std::function<void(absl::string_view)> log;
  // Called on the writer's thread just before each commit. May be null.
  std::function<void()> before_commit;
};

struct OpenedEngine {
  std::unique_ptr<EventLog> log;
  Quarantine* quarantine = nullptr;  // Owned by `log`.
};

// A place where one log lives, which was never opened before. Outlives what it opened.
class Engine {
 public:
  virtual ~Engine() = default;

  // With the keys that all tests use. What was opened before is gone. `metrics` outlives it.
  virtual absl::StatusOr<OpenedEngine> Open(const EngineOptions& options, Metrics& metrics) = 0;
  // Changes the stored log as no log would, by a statement over its tables.
  virtual absl::Status Tamper(const std::string& sql) = 0;
};

// The engine that this test is linked with.
std::unique_ptr<Engine> NewEngine();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_TESTING_ENGINE_H_
