#include "server/events/sqlite/keeper.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/audit_rows.h"
#include "server/events/sqlite/places.h"
#include "server/events/sqlite/usage_rows.h"

namespace kyc::events {
namespace {

absl::Time Steady(const ClockReading& now) { return absl::UnixEpoch() + now.since_boot; }

}  // namespace

absl::StatusOr<std::unique_ptr<Keeper>> Keeper::Make(Database& database, KeeperOptions options,
                                                     const ClockReading& now, std::string boot_id) {
  const absl::StatusOr<absl::optional<ClockNote>> noted = ReadClockNote(database);
  if (!noted.ok()) return noted.status();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  absl::optional<absl::Time> newest_event;
  if (newest->sequence > 0) newest_event = absl::FromUnixMicros(newest->received_time_us);
  const ClockStart start = StartClocks(now, boot_id, *noted, newest_event);
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options), start, now, std::move(boot_id)));
  keeper->noted_ = *noted;
  if (absl::Status status = keeper->Note(database); !status.ok()) return status;
  return keeper;
}

Keeper::Keeper(KeeperOptions options, const ClockStart& start, const ClockReading& now,
               std::string boot_id)
    : options_(std::move(options)),
      label_(start.believed, options_.log),
      ages_(AgeClock(start.aged_to, now.since_boot), *options_.metrics, options_.log),
      boot_id_(std::move(boot_id)) {}

absl::StatusOr<bool> Keeper::Turn(Database& database, const Ends& ends, const ClockReading& now) {
  const absl::Time believed = Label(now);
  options_.metrics->ClockDisagrees(label_.believed().disagreement());
  ages_.MoveOn(believed, now.since_boot);
  if (trimming_.through <= ends.oldest.sequence) {
    const absl::StatusOr<int64_t> due =
        ages_.FindDue([&](absl::Time at) { return DueThrough(database, options_.retention, at); },
                      ends, believed);
    if (!due.ok()) return due.status();
    const absl::Time steady = Steady(now);
    const std::lock_guard<std::mutex> lock(mutex_);
    trimming_ = {*due, steady + options_.notice / 2, steady + options_.notice};
  }
  if (absl::Status status = Note(database); !status.ok()) return status;
  if (Steady(now) >= trimming_.tell) TellTrimming(ends);
  const bool begun = trimming_.told && Steady(now) >= trimming_.begin;
  const absl::StatusOr<Trimmed> trimmed =
      TrimStep(database, options_.retention, ages_.time(), begun ? trimming_.through : 0);
  if (!trimmed.ok()) return trimmed.status();
  Count(*trimmed);
  const absl::StatusOr<int64_t> counts =
      TrimUsage(database, ages_.time() - options_.retention.usage_age);
  if (!counts.ok()) return counts.status();
  TrimAuditToo(database);
  return trimmed->more;
}

// What ails the audit log alone makes the events no less writable.
void Keeper::TrimAuditToo(Database& database) {
  const absl::Status trimmed =
      TrimAudit(database, ages_.time() - options_.retention.audit_age).status();
  if (!trimmed.ok() && !told_audit_ && options_.log != nullptr) {
    options_.log(absl::StrCat("old entries of the audit log cannot be removed: ",
                              std::string(trimmed.message())));
  }
  told_audit_ = !trimmed.ok();
}

void Keeper::TellTrimming(const Ends& ends) {
  EventLog::OnTrimming on_trimming;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (trimming_.told || trimming_.through <= ends.oldest.sequence) return;
    trimming_.told = true;
    on_trimming = on_trimming_;
  }
  if (on_trimming != nullptr) on_trimming(trimming_.through);
}

absl::Status Keeper::Note(Database& database) {
  const ClockNote note{boot_id_, label_.believed().offset(), ages_.time()};
  if (!IsNews(note, noted_)) return absl::OkStatus();
  absl::Status status = WriteClockNote(database, note);
  if (status.ok()) noted_ = note;
  return status;
}

void Keeper::Count(const Trimmed& trimmed) {
  if (trimmed.by_age > 0) options_.metrics->EventsRemoved(trimmed.by_age, "age");
  if (trimmed.by_count > 0) options_.metrics->EventsRemoved(trimmed.by_count, "count");
  if (trimmed.references > 0) options_.metrics->ReferencesForgotten(trimmed.references);
}

absl::Duration Keeper::Pause(const Ends& ends, const ClockReading& now) const {
  if (trimming_.through <= ends.oldest.sequence) return options_.interval;
  const absl::Time next = trimming_.told ? trimming_.begin : trimming_.tell;
  return std::clamp(next - Steady(now), absl::ZeroDuration(), options_.interval);
}

void Keeper::SetOnTrimming(EventLog::OnTrimming on_trimming) {
  int64_t through = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_trimming_ = on_trimming;
    if (trimming_.told) through = trimming_.through;
  }
  if (through > 0) on_trimming(through);
}

}  // namespace kyc::events
