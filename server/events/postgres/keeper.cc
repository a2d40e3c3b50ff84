#include "server/events/postgres/keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"
#include "server/events/postgres/host_settings.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/quarantine_rows.h"
#include "server/events/postgres/schema.h"
#include "server/events/postgres/trimming.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(5);
// So many partitions are free for what comes.
constexpr int kPartitionsAhead = 2;

}  // namespace

Keeper::Keeper(LogContext& context, KeeperOptions options)
    : context_(context),
      options_(std::move(options)),
      settings_due_(SteadyNow()),
      believed_(options_.clocks()) {
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
  const absl::Time now = believed_.At(options_.clocks());
  context_.metrics->ClockDisagrees(believed_.disagreement());
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
  if (absl::Status trimmed = Trim(scope, now); !trimmed.ok()) return trimmed;
  if (absl::Status aged = AgeQuarantine(connection, now); !aged.ok()) return aged;
  absl::StatusOr<std::string> next =
      TrimReferences(connection, references_after_, now - options_.retention.reference_age);
  if (!next.ok()) return next.status();
  references_after_ = *std::move(next);
  return absl::OkStatus();
}

absl::Status Keeper::AgeQuarantine(Connection& connection, absl::Time now) {
  const absl::StatusOr<int64_t> removed =
      RemoveAged(connection, kTripLimit, now - options_.quarantine_max_age);
  if (!removed.ok()) return removed.status();
  if (*removed == 0) return absl::OkStatus();
  context_.metrics->QuarantineAged(*removed);
  context_.say(absl::StrCat("quarantine: ", *removed, " entries removed because of their age"));
  return absl::OkStatus();
}

absl::Status Keeper::Trim(ReadScope& scope, absl::Time believed) {
  const absl::Time now = SteadyNow();
  const absl::Duration notice = options_.trim_notice;
  if (trimming_.through <= scope.trimmed.sequence && !trimming_.moved) {
    const absl::StatusOr<int64_t> due = DueThrough(scope, options_.retention, believed);
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
    absl::Status moved = MoveBeginning(scope, trimming_.through);
    if (!moved.ok()) return moved;
    trimming_.moved = true;
  }
  if (!trimming_.moved || now < trimming_.drop_at) return absl::OkStatus();
  const absl::StatusOr<int> dropped = DropPartitions(scope.connection, trimming_.through);
  if (!dropped.ok()) return dropped.status();
  trimming_ = Trimming();
  return absl::OkStatus();
}

absl::Duration Keeper::Pause() const {
  if (!options_.is_owner) return std::max(settings_due_ - SteadyNow(), absl::Milliseconds(10));
  if (trimming_.through == 0) return options_.trim_interval;
  const absl::Time next = !trimming_.told    ? trimming_.tell_at
                          : !trimming_.moved ? trimming_.move_at
                                             : trimming_.drop_at;
  return std::clamp(next - SteadyNow(), absl::Milliseconds(10), options_.trim_interval);
}

}  // namespace kyc::events::postgres
