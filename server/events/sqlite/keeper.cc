#include "server/events/sqlite/keeper.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/places.h"

namespace kyc::events {
namespace {

// What the note may be wrong by.
constexpr absl::Duration kOffsetNoted = absl::Seconds(1);
constexpr absl::Duration kAgesNoted = absl::Hours(1);
// The clocks differ by what passes between their readings; looking what that makes due costs more.
constexpr absl::Duration kWorthCatchingUp = absl::Seconds(1);

absl::Time Steady(const ClockReading& now) { return absl::UnixEpoch() + now.since_boot; }

// To the nearest second: two readings are never of exactly the same moment.
std::string Text(absl::Duration duration) {
  return absl::FormatDuration(absl::Floor(duration + absl::Milliseconds(500), absl::Seconds(1)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Keeper>> Keeper::Make(Database& database, KeeperOptions options,
                                                     const ClockReading& now, std::string boot_id) {
  const absl::StatusOr<absl::optional<ClockNote>> noted = ReadClockNote(database);
  if (!noted.ok()) return noted.status();
  const absl::StatusOr<Place> newest = NewestPlace(database);
  if (!newest.ok()) return newest.status();
  const bool same_boot = noted->has_value() && !boot_id.empty() && (*noted)->boot_id == boot_id;
  BelievedClock believed = same_boot ? BelievedClock(now, (*noted)->offset) : BelievedClock(now);
  absl::Time aged_to = believed.At(now);
  if (noted->has_value()) {
    aged_to = std::min(aged_to, (*noted)->aged_to);
  } else if (newest->sequence > 0) {
    aged_to = std::min(aged_to, absl::FromUnixMicros(newest->received_time_us));
  }
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options), std::move(believed),
                                            AgeClock(aged_to, now.since_boot), std::move(boot_id)));
  keeper->noted_ = *noted;
  if (absl::Status status = keeper->Note(database); !status.ok()) return status;
  return keeper;
}

Keeper::Keeper(KeeperOptions options, BelievedClock believed, AgeClock ages, std::string boot_id)
    : options_(std::move(options)),
      believed_(std::move(believed)),
      ages_(ages),
      boot_id_(std::move(boot_id)) {}

absl::Time Keeper::Label(const ClockReading& now) {
  const absl::Time label = believed_.At(now);
  if (believed_.doubts() == doubted_) return label;
  doubted_ = believed_.doubts();
  if (doubted_) {
    Log(absl::StrCat(
        "the wall clock is off by ", Text(believed_.disagreement()),
        " from the steady clock: events' times do not follow it unless it stays so for ",
        Text(BelievedClock::kBelievedAfter)));
  } else {
    Log("the wall clock is believed again");
  }
  return label;
}

absl::StatusOr<bool> Keeper::Turn(Database& database, const Ends& ends, const ClockReading& now) {
  const absl::Time believed = Label(now);
  options_.metrics->ClockDisagrees(believed_.disagreement());
  ages_.At(believed, now.since_boot);
  if (trimming_.through <= ends.oldest.sequence) {
    const absl::StatusOr<int64_t> due = FindDue(database, ends, believed);
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
  return trimmed->more;
}

absl::StatusOr<int64_t> Keeper::FindDue(Database& database, const Ends& ends, absl::Time believed) {
  const absl::StatusOr<int64_t> due = DueThrough(database, options_.retention, ages_.time());
  if (!due.ok()) return due;
  if (believed - ages_.time() < kWorthCatchingUp) {
    released_ = false;  // It was meant for what waited, not for the next jump.
    SetWaiting(0, absl::ZeroDuration());
    return due;
  }
  const absl::StatusOr<int64_t> then = DueThrough(database, options_.retention, believed);
  if (!then.ok()) return then;
  const int64_t trimmed = ends.oldest.sequence;
  const int64_t more = *then - std::max(*due, trimmed);
  const bool released = released_.exchange(false);
  if (released || ages_.MayCatchUp(believed, more, ends.newest.sequence - trimmed)) {
    ages_.CatchUp(believed);
    SetWaiting(0, absl::ZeroDuration());
    return then;
  }
  SetWaiting(more, believed - ages_.time());
  return due;
}

void Keeper::SetWaiting(int64_t events, absl::Duration ahead) {
  const int64_t before = waiting_.exchange(events);
  if (before == events) return;
  options_.metrics->RetentionWaits(events);
  if (before == 0) {
    Log(absl::StrCat("retention waits: the clock is ", Text(ahead),
                     " further than the log's ages, and by it ", events,
                     " events would be removed at once. Set the clock right, or, if it is right, "
                     "call kyc.admin.v1.EventLogService/ReleaseRetention"));
  } else if (events == 0) {
    Log("retention goes on");
  }
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
  const ClockNote note{boot_id_, believed_.offset(), ages_.time()};
  const bool known = noted_.has_value() && noted_->boot_id == note.boot_id &&
                     absl::AbsDuration(noted_->offset - note.offset) < kOffsetNoted &&
                     note.aged_to >= noted_->aged_to && note.aged_to - noted_->aged_to < kAgesNoted;
  if (known) return absl::OkStatus();
  absl::Status status = WriteClockNote(database, note);
  if (status.ok()) noted_ = note;
  return status;
}

void Keeper::Count(const Trimmed& trimmed) {
  if (trimmed.by_age > 0) options_.metrics->EventsRemoved(trimmed.by_age, "age");
  if (trimmed.by_count > 0) options_.metrics->EventsRemoved(trimmed.by_count, "count");
  if (trimmed.references > 0) options_.metrics->ReferencesForgotten(trimmed.references);
}

void Keeper::Log(absl::string_view line) const {
  if (options_.log != nullptr) options_.log(line);
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
