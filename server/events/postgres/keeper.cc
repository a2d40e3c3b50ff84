#include "server/events/postgres/keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"
#include "server/events/postgres/audit_rows.h"
#include "server/events/postgres/call_key_rows.h"
#include "server/events/postgres/clock_note.h"
#include "server/events/postgres/host_settings.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/quarantine_rows.h"
#include "server/events/postgres/schema.h"
#include "server/events/postgres/trimming.h"
#include "server/events/postgres/usage_rows.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(5);
// So many partitions are free for what comes.
constexpr int kPartitionsAhead = 2;
// The key clock is noted when it has moved so far: after all processes ended, keys live longer by
// so much.
constexpr absl::Duration kNoteLivedEvery = absl::Minutes(1);
// Steps of a turn, so that the other duties get theirs.
constexpr int kKeySteps = 20;

absl::Time Steady(const ClockReading& now) { return absl::UnixEpoch() + now.since_boot; }

Ends EndsOf(const ReadScope& scope) {
  return {.oldest = PositionOf(scope.trimmed), .newest = PositionOf(scope.newest)};
}

}  // namespace

Keeper::Keeper(LogContext& context, KeeperOptions options, const ClockStart& start,
               const ClockReading& now, absl::optional<ClockNote> noted)
    : context_(context),
      options_(std::move(options)),
      settings_due_(SteadyNow()),
      believed_(start.believed),
      ages_(AgeClock(start.aged_to, now.since_boot), *context.metrics, context.say),
      noted_(std::move(noted)) {
  thread_ = std::thread([this] { Run(); });
}

Keeper::~Keeper() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Keeper::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Keeper::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ends_) {
    lock.unlock();
    if (SteadyNow() >= settings_due_) LookAtSettings();
    if (options_.is_owner) {
      const absl::Status kept = Keep();
      if (!kept.ok() && !told_failure_) {
        context_.say(absl::StrCat("the event log's tables cannot be looked after: ",
                                  std::string(kept.message())));
      }
      told_failure_ = !kept.ok();
    }
    const absl::Duration pause = Pause();
    lock.lock();
    changed_.wait_for(lock, absl::ToChronoMicroseconds(pause), [this] { return ends_ || woken_; });
    woken_ = false;
  }
}

void Keeper::LookAtSettings() {
  settings_due_ = SteadyNow() + options_.settings_interval;
  if (context_.proof.durability().by == Durability::By::kEngine) return;
  std::vector<std::string> names;
  for (const Keywords& host : context_.servers.options().hosts) names.push_back(HostName(host));
  std::vector<std::string> faults =
      FaultsOf(AskHosts(context_.servers), names, context_.proof.durability());
  for (const std::string& fault : faults) {
    const bool told =
        std::find(told_faults_.begin(), told_faults_.end(), fault) != told_faults_.end();
    if (!told) context_.say(absl::StrCat("event log's server ", fault));
  }
  if (faults.empty() && !told_faults_.empty()) {
    context_.say("the event log's servers are set up as they must be");
  }
  told_faults_ = std::move(faults);
}

absl::Status Keeper::Keep() {
  const ClockReading now = options_.clocks();
  const absl::Time believed = believed_.At(now);
  context_.metrics->ClockDisagrees(believed_.disagreement());
  ages_.MoveOn(believed, now.since_boot);
  const Servers& servers = options_.servers != nullptr ? *options_.servers : context_.servers;
  const absl::StatusOr<Primary> primary = servers.Connect("kyc-gateway keeper", KeeperSettings());
  if (!primary.ok()) return primary.status();
  if (primary->seen.timeline < context_.servers.known().timeline) {
    return Unreachable("only an old primary takes writes");
  }
  Connection& connection = *primary->connection;
  Trip look;
  look.Add(kReadLogRow);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(look, kTripLimit);
  if (!answers.ok()) return answers.status();
  const LogRow row = LogRowIn(answers->front());
  if (row.log_id != context_.log.log_id) return Unreachable("its database holds another log");
  absl::Status added = AddPartitions(connection, options_.events_per_partition, kPartitionsAhead);
  if (!added.ok()) return added;
  ReadScope scope{connection, kTripLimit, context_.log, row.newest, row.trimmed};
  const absl::StatusOr<bool> released = held_back_.TakeReleased(connection, kTripLimit);
  if (!released.ok()) return released.status();
  if (*released) ages_.Release();
  if (absl::Status trimmed = Trim(scope, believed, Steady(now)); !trimmed.ok()) return trimmed;
  absl::Status told = held_back_.Tell(connection, kTripLimit, ages_.waiting());
  if (!told.ok()) return told;
  if (absl::Status noted = Note(connection); !noted.ok()) return noted;
  if (absl::Status aged = AgeQuarantine(connection); !aged.ok()) return aged;
  if (absl::Status aged = AgeCallKeys(connection, row.lived); !aged.ok()) return aged;
  if (absl::Status forgotten = TrimReferences(connection); !forgotten.ok()) return forgotten;
  const absl::StatusOr<int64_t> counts =
      TrimUsage(connection, kTripLimit, ages_.time() - options_.retention.usage_age);
  if (!counts.ok()) return counts.status();
  // Last: what ails the audit log alone holds up nothing else.
  return TrimAudit(connection, kTripLimit, ages_.time() - options_.retention.audit_age).status();
}

absl::Status Keeper::AgeCallKeys(Connection& connection, absl::Duration noted) {
  const absl::Duration lived = context_.key_clock.At(noted);
  if (lived - noted >= kNoteLivedEvery) {
    absl::Status told = NoteLived(connection, kTripLimit, lived);
    if (!told.ok()) return told;
  }
  for (int step = 0; step < kKeySteps; ++step) {
    const absl::StatusOr<int64_t> removed =
        RemoveAgedKeys(connection, kTripLimit, lived - options_.key_retention);
    if (!removed.ok()) return removed.status();
    if (*removed < kKeysPerStep) break;
  }
  return absl::OkStatus();
}

absl::Status Keeper::Note(Connection& connection) {
  const ClockNote note{options_.boot_id, believed_.offset(), ages_.time()};
  if (!IsNews(note, noted_)) return absl::OkStatus();
  absl::Status written = WriteClockNote(connection, kTripLimit, note);
  if (written.ok()) noted_ = note;
  return written;
}

absl::Status Keeper::TrimReferences(Connection& connection) {
  absl::StatusOr<TrimmedReferences> trimmed = postgres::TrimReferences(
      connection, references_after_, ages_.time() - options_.retention.reference_age);
  if (!trimmed.ok()) return trimmed.status();
  references_after_ = std::move(trimmed->next);
  if (trimmed->removed > 0) context_.metrics->ReferencesForgotten(trimmed->removed);
  return absl::OkStatus();
}

absl::Status Keeper::AgeQuarantine(Connection& connection) {
  const absl::StatusOr<int64_t> removed =
      RemoveAged(connection, kTripLimit, ages_.time() - options_.quarantine_max_age);
  if (!removed.ok()) return removed.status();
  if (*removed == 0) return absl::OkStatus();
  context_.metrics->QuarantineAged(*removed);
  context_.say(absl::StrCat("quarantine: ", *removed, " entries removed because of their age"));
  return absl::OkStatus();
}

absl::Status Keeper::Trim(ReadScope& scope, absl::Time believed, absl::Time now) {
  const absl::Duration notice = options_.trim_notice;
  if (trimming_.through <= scope.trimmed.sequence && !trimming_.moved) {
    const absl::StatusOr<int64_t> due =
        ages_.FindDue([&](absl::Time at) { return DueThrough(scope, options_.retention, at); },
                      EndsOf(scope), believed);
    if (!due.ok()) return due.status();
    if (*due <= scope.trimmed.sequence) return absl::OkStatus();
    trimming_ = Trimming();
    trimming_.through = *due;
    trimming_.tell_at = now + notice / 2;
    trimming_.move_at = now + notice;
    trimming_.drop_at = now + 2 * notice;
  }
  if (!trimming_.told && now >= trimming_.tell_at) {
    absl::Status told = AnnounceTrimming(scope.connection, trimming_.through);
    if (!told.ok()) return told;
    trimming_.told = true;
  }
  if (trimming_.told && !trimming_.moved && now >= trimming_.move_at) {
    if (absl::Status moved = Move(scope); !moved.ok()) return moved;
    trimming_.moved = true;
  }
  if (!trimming_.moved || now < trimming_.drop_at) return absl::OkStatus();
  const absl::StatusOr<int> dropped = DropPartitions(scope.connection, trimming_.through);
  if (!dropped.ok()) return dropped.status();
  trimming_ = Trimming();
  return absl::OkStatus();
}

absl::Status Keeper::Move(ReadScope& scope) {
  const int64_t before = scope.trimmed.sequence;
  const absl::StatusOr<int64_t> by_count = DueThrough(
      scope, {.age = absl::InfiniteDuration(), .count = options_.retention.count}, ages_.time());
  if (!by_count.ok()) return by_count.status();
  const absl::StatusOr<int64_t> removed = MoveBeginning(scope, trimming_.through);
  if (!removed.ok()) return removed.status();
  const int64_t for_count = std::clamp(*by_count - before, int64_t{0}, *removed);
  if (for_count > 0) context_.metrics->EventsRemoved(for_count, "count");
  if (*removed > for_count) context_.metrics->EventsRemoved(*removed - for_count, "age");
  return absl::OkStatus();
}

absl::Duration Keeper::Pause() const {
  if (!options_.is_owner) return std::max(settings_due_ - SteadyNow(), absl::Milliseconds(10));
  if (trimming_.through == 0) return options_.trim_interval;
  const absl::Time next = !trimming_.told    ? trimming_.tell_at
                          : !trimming_.moved ? trimming_.move_at
                                             : trimming_.drop_at;
  const absl::Duration shortest = std::min(options_.trim_interval, absl::Milliseconds(10));
  return std::clamp(next - Steady(options_.clocks()), shortest, options_.trim_interval);
}

}  // namespace kyc::events::postgres
