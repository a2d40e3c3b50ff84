// Looks after the log: whether its servers are set up as they must be and, where its role owns the
// tables, that there is room for what comes and that what is due goes.
#ifndef SERVER_EVENTS_POSTGRES_KEEPER_H_
#define SERVER_EVENTS_POSTGRES_KEEPER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/believed_clock.h"
#include "server/events/clock_note.h"
#include "server/events/clocks.h"
#include "server/events/postgres/held_back.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/reads.h"
#include "server/events/retention.h"
#include "server/events/retention_ages.h"

namespace kyc::events::postgres {

struct KeeperOptions {
  // Of the role that keeps: its servers are the log's, as another user. Null: the log's own role.
  const Servers* servers = nullptr;
  bool is_owner = false;
  Retention retention;
  absl::Duration quarantine_max_age = absl::Hours(24 * 90);
  // How long calls' keys are remembered.
  absl::Duration key_retention = absl::Hours(24);
  int64_t events_per_partition = 500'000;
  absl::Duration trim_interval = absl::Seconds(10);
  // Between finding which events are due and removing them. Slow streams have half of it to read
  // them; then they are told, and have the other half to resume.
  absl::Duration trim_notice = absl::Seconds(20);
  absl::Duration settings_interval = absl::Minutes(1);
  std::function<ClockReading()> clocks = ReadClocks;
  std::string boot_id = BootId();
};

// Thread-safe. One thread. Several processes may keep the same log: each step is one that may be
// made twice. Ages and notices go by the steady clock, as RetentionAges says.
class Keeper {
 public:
  // `context` outlives it. `start` is of `now`, `noted` what the log has. Starts the thread; it
  // looks at once.
  Keeper(LogContext& context, KeeperOptions options, const ClockStart& start,
         const ClockReading& now, absl::optional<ClockNote> noted);
  ~Keeper();

  // For tests: makes the next turn at once.
  void Wake();

 private:
  // Events on their way out.
  struct Trimming {
    int64_t through = 0;
    absl::Time tell_at;
    absl::Time move_at;
    absl::Time drop_at;
    bool told = false;
    bool moved = false;
  };

  void Run();
  void LookAtSettings();
  absl::Status Keep();
  absl::Status Trim(ReadScope& scope, absl::Time believed, absl::Time steady);
  absl::Status Move(ReadScope& scope);
  absl::Status Note(Connection& connection);
  absl::Status AgeQuarantine(Connection& connection);
  absl::Status TrimReferences(Connection& connection);
  // `noted`: where the log says that the key clock is.
  absl::Status AgeCallKeys(Connection& connection, absl::Duration noted);
  absl::Duration Pause() const;

  LogContext& context_;
  const KeeperOptions options_;
  // The thread's.
  absl::Time settings_due_;
  BelievedClock believed_;
  RetentionAges ages_;
  HeldBack held_back_;
  absl::optional<ClockNote> noted_;
  std::vector<std::string> told_faults_;
  Trimming trimming_;
  std::string references_after_;
  bool told_failure_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;
  bool woken_ = false;
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_KEEPER_H_
