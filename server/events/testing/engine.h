// An engine of the event log under test: the contract's tests are linked with one after the other.
#ifndef SERVER_EVENTS_TESTING_ENGINE_H_
#define SERVER_EVENTS_TESTING_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/crypto/sealer.h"
#include "server/events/audit.h"
#include "server/events/call_keys.h"
#include "server/events/clocks.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_rules.h"
#include "server/events/retention.h"
#include "server/events/usage.h"

namespace kyc::events {

struct EngineOptions {
  int max_waiting = 4096;
  std::function<ClockReading()> clocks = ReadClocks;
  std::string boot_id = BootId();
  // Empty: those that all tests use.
  std::vector<crypto::SealingKey> sealing_keys = {};
  Secret lookup_key = {};
  Retention retention;
  QuarantineLimits quarantine;
  absl::Duration key_retention = absl::Hours(24);
  // How often it looks for what is too old, and how long before it removes that it tells so.
  absl::Duration trim_interval = absl::Seconds(10);
  absl::Duration trim_notice = absl::ZeroDuration();
  // In an engine that removes their bytes only so, long after it shows them no more.
  int64_t events_removed_together = 100'000;
  // Takes lines for the operator, from any thread. May be null.
  std::function<void(absl::string_view)> log;
  // Called on the writer's thread just before each commit. May be null.
  std::function<void()> before_commit;
};

struct OpenedEngine {
  std::unique_ptr<EventLog> log;
  // All are owned by `log`.
  Quarantine* quarantine = nullptr;
  CallKeys* call_keys = nullptr;
  Audit* audit = nullptr;
  Usage* usage = nullptr;
};

// A place where one log lives, which was never opened before. Outlives what it opened.
class Engine {
 public:
  virtual ~Engine() = default;

  // What was opened before is gone. `metrics` outlives it.
  virtual absl::StatusOr<OpenedEngine> Open(const EngineOptions& options, Metrics& metrics) = 0;
  // Changes the stored log as no log would, by a statement over its tables.
  virtual absl::Status Tamper(const std::string& sql) = 0;
  // Says that the stored log is of this schema.
  virtual absl::Status SetSchema(int version) = 0;
  // A copy of the stored log, which then goes its own way. Nothing is open.
  virtual std::unique_ptr<Engine> Copy() = 0;
  // Every byte that is stored, at once and later on the disk. It may be open.
  virtual std::string Stored() = 0;
};

// The engine that this test is linked with.
std::unique_ptr<Engine> NewEngine();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_TESTING_ENGINE_H_
