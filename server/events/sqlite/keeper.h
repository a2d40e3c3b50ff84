// What time it is for the log, and what retention does about it.
#ifndef SERVER_EVENTS_SQLITE_KEEPER_H_
#define SERVER_EVENTS_SQLITE_KEEPER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/metrics.h"
#include "server/events/clock_note.h"
#include "server/events/clocks.h"
#include "server/events/event_log.h"
#include "server/events/label_clock.h"
#include "server/events/retention_ages.h"
#include "server/events/sqlite/clock_note.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/trimming.h"

namespace kyc::events {

struct KeeperOptions {
  Retention retention;
  // How often retention is looked after while nothing arrives.
  absl::Duration interval = absl::Seconds(10);
  // Between finding which events are due and removing them. Slow streams have half of it to read
  // them; then they are told, and have the other half to resume.
  absl::Duration notice = absl::Seconds(20);
  Metrics* metrics = nullptr;  // Not owned; required.
  // Takes a line for the operator, from the writer's thread. May be null.
  std::function<void(absl::string_view)> log;
};

// The writer's thread, but for SetOnTrimming, Release and waiting.
class Keeper {
 public:
  // `database` is the log's. Notes there what is believed, so that a restart knows it. UNAVAILABLE
  // when it cannot be read or written.
  static absl::StatusOr<std::unique_ptr<Keeper>> Make(Database& database, KeeperOptions options,
                                                      const ClockReading& now, std::string boot_id);

  // The time that events are labelled with.
  absl::Time Label(const ClockReading& now) { return label_.At(now); }

  // The time that ages are judged by, at the last turn.
  absl::Time aged_to() const { return ages_.time(); }

  // Removes a little, if something is to be removed now. Returns whether it wants another turn
  // soon.
  absl::StatusOr<bool> Turn(Database& database, const Ends& ends, const ClockReading& now);
  // How long until the next turn, if nothing happens.
  absl::Duration Pause(const Ends& ends, const ClockReading& now) const;

  // As EventLog::SetOnTrimming.
  void SetOnTrimming(EventLog::OnTrimming on_trimming);
  // As RetentionAges.
  void Release() { ages_.Release(); }
  int64_t waiting() const { return ages_.waiting(); }

 private:
  // Events on their way out; times are of the steady clock.
  struct Trimming {
    int64_t through = 0;
    absl::Time tell;
    absl::Time begin;
    bool told = false;
  };

  Keeper(KeeperOptions options, const ClockStart& start, const ClockReading& now,
         std::string boot_id);

  void TellTrimming(const Ends& ends);
  absl::Status Note(Database& database);
  void TrimAuditToo(Database& database);
  void Count(const Trimmed& trimmed);

  const KeeperOptions options_;
  LabelClock label_;
  RetentionAges ages_;
  const std::string boot_id_;
  absl::optional<ClockNote> noted_;
  bool told_audit_ = false;  // That its old entries cannot be removed.

  mutable std::mutex mutex_;
  EventLog::OnTrimming on_trimming_;
  Trimming trimming_;  // Written by the writer's thread only.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_KEEPER_H_
