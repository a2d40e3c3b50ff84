#include "server/events/postgres/postgres_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/events/cursor.h"
#include "server/events/cursor_errors.h"
#include "server/events/key_answer.h"
#include "server/events/log_options.h"
#include "server/events/postgres/audit_rows.h"
#include "server/events/postgres/await.h"
#include "server/events/postgres/errors.h"
#include "server/events/postgres/held_back.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/pooler.h"
#include "server/events/postgres/quarantine_rows.h"
#include "server/events/postgres/resealing.h"
#include "server/events/postgres/sealing_keys.h"
#include "server/events/postgres/usage_rows.h"
#include "server/events/read_bounds.h"

namespace kyc::events::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr absl::Duration kBetweenTries = absl::Milliseconds(200);
constexpr absl::Duration kTripLimit = absl::Seconds(2);
constexpr size_t kRunIdBytes = 16;

absl::Status DoesNotFollow() { return Unreachable("this gateway does not read the log"); }

absl::Status CheckOptions(const PostgresLogOptions& options) {
  const absl::Status common =
      CheckLogOptions(options.lookup_key, options.keeper.retention, options.writer.max_waiting);
  if (!common.ok()) return common;
  const Durability& durability = options.durability;
  if (durability.by == Durability::By::kStandbys &&
      (durability.standbys < 1 ||
       durability.names.size() < static_cast<size_t>(durability.standbys))) {
    return absl::InvalidArgumentError("Name at least as many standbys as must have each event");
  }
  return absl::OkStatus();
}

// Tries until it works, is refused for good, or the options' time is over.
template <typename Attempt>
auto Persist(const PostgresLogOptions& options, Clock::time_point end, Attempt attempt)
    -> decltype(attempt()) {
  for (bool told = false;; told = true) {
    auto result = attempt();
    if (!absl::IsUnavailable(result.status()) || Clock::now() >= end) return result;
    if (!told && options.log != nullptr) {
      options.log(absl::StrCat(std::string(result.status().message()), " Tried for up to ",
                               absl::FormatDuration(options.start_timeout)));
    }
    Await(kBetweenTries);
  }
}

absl::StatusOr<ServersOptions> ServersOf(const PostgresLogOptions& options, bool keeper) {
  absl::StatusOr<std::vector<Keywords>> hosts = HostsOf(options.dsn);
  if (!hosts.ok()) return hosts.status();
  const bool other = keeper && !options.keeper_user.empty();
  if (other) {
    for (Keywords& host : *hosts) host.emplace_back("user", options.keeper_user);
  }
  ServersOptions servers;
  servers.hosts = *std::move(hosts);
  servers.password = other ? options.keeper_password : options.password;
  servers.has_timelines = options.durability.by != Durability::By::kEngine;
  servers.connect_limit = options.connect_limit;
  if (keeper) return servers;
  servers.log = options.log;
  servers.metrics = options.metrics;
  return servers;
}

// By the role that keeps, where there is one of its own.
absl::StatusOr<Schema> Prepare(const PostgresLogOptions& options, const Servers& servers,
                               const LogKeys& keys, crypto::Sealer& sealer) {
  const absl::StatusOr<Primary> primary = servers.Connect("kyc-gateway start", KeeperSettings());
  if (!primary.ok()) return primary.status();
  const absl::Status direct = RefusePoolerWithoutSessions(servers, *primary);
  if (!direct.ok()) return direct;
  SchemaOptions tables;
  tables.events_per_partition = options.keeper.events_per_partition;
  tables.say = options.say;
  absl::StatusOr<Schema> schema = PrepareSchema(*primary->connection, keys, tables);
  if (!schema.ok()) return schema.status();
  const absl::Status known = CheckSealingKeys(*primary->connection, sealer, schema->log_id,
                                              schema->is_owner || options.follows, options.say);
  if (!known.ok()) return known;
  if (!schema->is_owner) return schema;
  absl::StatusOr<std::vector<int64_t>> older =
      OlderSealingKeys(*primary->connection, kTripLimit, sealer.seals_with());
  if (!older.ok()) return older.status();
  schema->older_keys = *std::move(older);
  return schema;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresLog>> PostgresLog::Open(PostgresLogOptions options) {
  const Clock::time_point end = Clock::now() + absl::ToChronoNanoseconds(options.start_timeout);
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  absl::StatusOr<crypto::Sealer> sealer = crypto::Sealer::Make(options.sealing_keys);
  if (!sealer.ok()) return sealer.status();
  const LogKeys keys(options.lookup_key);
  absl::StatusOr<ServersOptions> servers = ServersOf(options, false);
  if (!servers.ok()) return servers.status();
  absl::StatusOr<ServersOptions> keepers = ServersOf(options, true);
  if (!keepers.ok()) return keepers.status();
  auto keeper_servers = std::make_unique<const Servers>(*std::move(keepers));
  const absl::StatusOr<Schema> schema =
      Persist(options, end, [&] { return Prepare(options, *keeper_servers, keys, *sealer); });
  if (!schema.ok()) return schema.status();

  auto say = options.log != nullptr ? options.log : [](absl::string_view) {};
  auto context =
      std::unique_ptr<LogContext>(new LogContext{.log = {schema->log_id, keys, *std::move(sealer)},
                                                 .servers = Servers(*std::move(servers)),
                                                 .proof = Proof(options.durability),
                                                 .progress = {},
                                                 .run_id = crypto::RandomBytes(kRunIdBytes),
                                                 .key_clock = KeyClock(options.writer.clocks),
                                                 .metrics = options.metrics,
                                                 .say = std::move(say),
                                                 .on_lost = nullptr,
                                                 .on_lost_mutex = {}});
  std::unique_ptr<PostgresLog> log(new PostgresLog(std::move(context)));
  log->keeper_servers_ = std::move(keeper_servers);
  const auto prove = [&]() -> absl::StatusOr<bool> {
    absl::Status refreshed = log->Refresh();
    if (!refreshed.ok()) return refreshed;
    return true;
  };
  if (absl::StatusOr<bool> proven = Persist(options, end, prove); !proven.ok()) {
    return proven.status();
  }
  const auto summarize = options.say;
  if (absl::Status status = log->Start(std::move(options), *schema); !status.ok()) {
    return status;
  }
  if (summarize != nullptr) summarize(log->Summary(schema->is_owner));
  return log;
}

absl::Status PostgresLog::Start(PostgresLogOptions options, const Schema& schema) {
  const ClockReading now = options.keeper.clocks();
  const Place newest = context_->progress.newest();
  absl::optional<absl::Time> newest_event;
  if (newest.sequence > 0) newest_event = absl::FromUnixMicros(newest.received_time_us);
  const ClockStart clocks =
      StartClocks(now, options.keeper.boot_id, schema.clock_note, newest_event);
  if (options.follows) {
    readers_ = std::make_unique<ReadPool>(*context_, options.read_time_limit);
    absl::StatusOr<std::unique_ptr<Tail>> tail = Tail::Start(*context_, options.tail);
    if (!tail.ok()) return tail.status();
    tail_ = *std::move(tail);
  }
  absl::StatusOr<std::unique_ptr<Writer>> writer =
      Writer::Start(*context_, options.writer, LabelClock(clocks.believed, context_->say));
  if (!writer.ok()) return writer.status();
  writer_ = *std::move(writer);
  options.keeper.servers = keeper_servers_.get();
  options.keeper.is_owner = schema.is_owner;
  options.keeper.quarantine_max_age = options.writer.quarantine.max_age;
  keeper_ = std::make_unique<Keeper>(*context_, std::move(options.keeper), clocks, now,
                                     schema.clock_note);
  if (!schema.older_keys.empty()) {
    StartResealing(options.resealer, absl::StrJoin(schema.older_keys, ", "));
  }
  return absl::OkStatus();
}

void PostgresLog::StartResealing(const ResealerOptions& options, std::string keys) {
  const auto resealing =
      std::make_shared<Resealing>(*context_, *keeper_servers_, [this] { return Refresh(); });
  ResealWork work;
  work.close = [resealing] { return resealing->Close(); };
  work.step = [resealing](const ResealPlace& place) { return resealing->Step(place); };
  work.retire = [resealing] { return resealing->Retire(); };
  resealer_ = std::make_unique<Resealer>(options, std::move(keys), std::move(work),
                                         *context_->metrics, context_->say);
}

std::string PostgresLog::Summary(bool is_owner) const {
  const int64_t oldest = context_->progress.trimmed().sequence + 1;
  const int64_t newest = context_->progress.newest().sequence;
  const std::string events =
      oldest > newest ? "no events" : absl::StrCat("events ", oldest, " to ", newest);
  return absl::StrCat("event log opened: id ", absl::BytesToHexString(context_->log.log_id),
                      ", schema ", SchemaSteps().size(), ", ", events, ", proven on ",
                      context_->proof.durability().by == Durability::By::kStandbys
                          ? absl::StrCat(context_->proof.durability().standbys, " standby(s)")
                          : std::string("no standby"),
                      is_owner ? ", this process looks after its tables" : "");
}

PostgresLog::~PostgresLog() = default;

void PostgresLog::Note(std::vector<AuditNote> notes,
                       absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(NoteRequest{std::move(notes), std::move(done), absl::OkStatus()});
}

void PostgresLog::Act(PersonalAct act, absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done) {
  writer_->Write(ActRequest{std::move(act), std::move(done)});
}

void PostgresLog::Append(::netzme::v1::UpgradeEvent notification,
                         absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) {
  if (notification.original_reference_no().empty() ||
      notification.status() == ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED) {
    std::move(done)(GatewayBug("a notification without reference or status reached the log"));
    return;
  }
  writer_->Write(AppendRequest{std::move(notification), std::move(done), {}});
}

bool PostgresLog::writable() const { return writer_->writable(); }

template <typename Read>
auto PostgresLog::Run(Read read) const {
  using Result = decltype(read(std::declval<ReadScope&>()));
  if (readers_ == nullptr) return Result(DoesNotFollow());
  return readers_->Run([&](Connection& connection, absl::Duration limit) -> Result {
    ReadScope scope{connection, limit, context_->log, context_->progress.newest(),
                    context_->progress.trimmed()};
    return read(scope);
  });
}

absl::Status PostgresLog::Refresh() const {
  const auto look = [&](Connection& connection, absl::Duration limit) -> absl::StatusOr<bool> {
    Trip trip;
    trip.Add(kReadLogRow);
    context_->proof.Ask(trip);
    const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
    if (!answers.ok()) return answers.status();
    const LogRow row = LogRowIn(answers->front());
    const absl::StatusOr<Proven> proven = context_->proof.Await(answers->back(), connection, limit);
    if (!proven.ok()) return proven.status();
    if (proven->timeline < context_->servers.known().timeline) {
      return Unreachable("it is an old primary by now");
    }
    context_->progress.SetTrimmed(row.trimmed);
    context_->Advance(row.newest, *proven);
    context_->key_clock.At(row.lived);
    return true;
  };
  if (readers_ != nullptr) return readers_->Run(look).status();
  absl::StatusOr<Primary> primary =
      ConnectToOurs(*context_, "kyc-gateway start", ReaderSettings(kTripLimit));
  if (!primary.ok()) return primary.status();
  return look(*primary->connection, kTripLimit).status();
}

absl::StatusOr<Page> PostgresLog::ReadAfter(Position after, int limit,
                                            const ::netzme::v1::UpgradeFilter& filter) const {
  return Run([&](ReadScope& scope) { return ReadPage(scope, after, limit, filter); });
}

absl::StatusOr<absl::optional<Event>> PostgresLog::Latest(const std::string& reference,
                                                          const std::string& account) const {
  const auto read = [&](ReadScope& scope) { return ReadLatest(scope, reference, account); };
  absl::StatusOr<absl::optional<Event>> latest = Run(read);
  // Nearly always it is proven, and this process has yet to see so.
  if (!absl::IsUnavailable(latest.status()) || readers_ == nullptr) return latest;
  if (absl::Status refreshed = Refresh(); !refreshed.ok()) return refreshed;
  return Run(read);
}

absl::StatusOr<bool> PostgresLog::WasRemoved(const std::string& reference,
                                             const std::string& account) const {
  return Run([&](ReadScope& scope) { return ReadWasRemoved(scope, reference, account); });
}

absl::StatusOr<ListPage> PostgresLog::List(const ListQuery& query) const {
  return Run([&](ReadScope& scope) { return ReadList(scope, query); });
}

absl::StatusOr<Position> PostgresLog::Before(absl::Time since) const {
  return Run([&](ReadScope& scope) { return ReadBefore(scope, since); });
}

Ends PostgresLog::ends() const { return context_->progress.ends(); }

absl::Status PostgresLog::MayBackUp() const { return BackedUpByServers(); }

absl::StatusOr<BackedUp> PostgresLog::BackUp(const std::string&, std::stop_token) const {
  return BackedUpByServers();
}

std::string PostgresLog::CursorText(Position position) const {
  return CursorTextOf(context_->log, position);
}

absl::StatusOr<Position> PostgresLog::PositionFromText(const std::string& text) const {
  const auto read = [&](ReadScope& scope) { return ReadCursor(scope, text); };
  absl::StatusOr<Position> position = Run(read);
  if (ReasonOf(position.status()) != "CURSOR_AHEAD") return position;
  if (absl::Status refreshed = Refresh(); !refreshed.ok()) return refreshed;
  return Run(read);
}

void PostgresLog::SetOnCommitted(OnCommitted on_committed) {
  if (tail_ != nullptr) tail_->SetOnCommitted(std::move(on_committed));
}

void PostgresLog::SetOnRewritten(OnRewritten on_rewritten) {
  if (tail_ != nullptr) tail_->SetOnRewritten(std::move(on_rewritten));
}

void PostgresLog::SetOnTrimming(OnTrimming on_trimming) {
  if (tail_ != nullptr) tail_->SetOnTrimming(std::move(on_trimming));
}

absl::StatusOr<int64_t> PostgresLog::ReleaseRetention() {
  absl::StatusOr<Primary> primary =
      ConnectToOurs(*context_, "kyc-gateway release", WriterSettings());
  if (!primary.ok()) return primary.status();
  return ReleaseHeldBack(*primary->connection, kTripLimit);
}

void PostgresLog::SetOnLost(OnLost on_lost) {
  const std::lock_guard<std::mutex> lock(context_->on_lost_mutex);
  context_->on_lost = std::move(on_lost);
}

std::string PostgresLog::log_id() const { return context_->log.log_id; }

std::string PostgresLog::Sign(const std::string& text) const {
  return crypto::Hmac(context_->log.keys.signature, text);
}

void PostgresLog::Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) {
  if (body.owner.kind == QuarantinedKind::kNotification) {
    done = [metrics = context_->metrics, done = std::move(done)](absl::Status status) mutable {
      if (!absl::IsUnavailable(status)) metrics->Quarantined(status.ok());
      std::move(done)(std::move(status));
    };
  }
  writer_->Write(KeepRequest{std::move(body), std::move(done), absl::OkStatus()});
}

absl::StatusOr<std::vector<QuarantinedBody>> PostgresLog::ListQuarantined(
    int64_t after, int limit, absl::optional<QuarantinedKind> kind) const {
  return Run([&](ReadScope& scope) {
    return ReadQuarantined(scope.connection, scope.limit, after, BoundedRead(limit), kind);
  });
}

absl::StatusOr<QuarantinedBody> PostgresLog::GetQuarantined(int64_t id) const {
  return Run([&](ReadScope& scope) {
    return ReadQuarantinedBody(scope.connection, scope.limit, scope.log, id);
  });
}

absl::StatusOr<AuditPage> PostgresLog::ListAudit(const AuditQuery& query) const {
  return Run(
      [&](ReadScope& scope) { return ReadAudit(scope.connection, scope.limit, scope.log, query); });
}

void PostgresLog::MarkRedriven(int64_t id, Redriven redriven,
                               absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(MarkRequest{id, std::move(redriven), std::move(done), absl::OkStatus()});
}

void PostgresLog::Claim(CallKey key, absl::Duration lease,
                        absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) {
  auto open = [this, key, done = std::move(done)](absl::StatusOr<KeyClaim> claim) mutable {
    if (claim.ok()) OpenAnswer(context_->log, key, *claim);
    std::move(done)(std::move(claim));
  };
  writer_->Write(ClaimRequest{std::move(key), lease, std::move(open), {}});
}

void PostgresLog::Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) {
  SealAnswer(context_->log, key, end);
  writer_->Write(SettleRequest{std::move(key), std::move(end), std::move(done), absl::OkStatus()});
}

void PostgresLog::AddUsage(UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(UsageRequest{std::move(batch), std::move(done), absl::OkStatus()});
}

absl::StatusOr<std::vector<UsageCount>> PostgresLog::ListUsage(const UsageQuery& query) const {
  return Run([&](ReadScope& scope) { return ReadUsage(scope.connection, scope.limit, query); });
}

double PostgresLog::used_ratio() const { return writer_->quarantine_used_ratio(); }

void PostgresLog::Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(DiscardRequest{id, std::move(done), absl::OkStatus()});
}

}  // namespace kyc::events::postgres
