#include "server/gateway.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/admin/prometheus_metrics.h"
#include "server/admin/recent_calls.h"
#include "server/call/steady_now.h"
#include "server/calls_role.h"
#include "server/certificates.h"
#include "server/config/forget_secrets.h"
#include "server/config/in_use.h"
#include "server/console_facts.h"
#include "server/events/replies_in_quarantine.h"
#include "server/file_needs.h"
#include "server/grpc_methods.h"
#include "server/notifications_role.h"
#include "server/open_event_log.h"
#include "server/operator_warnings.h"
#include "server/operators_role.h"
#include "server/process_notes.h"
#include "server/ready_checks.h"
#include "server/rpc/server.h"
#include "server/tracing/exporter.h"
#include "server/upstreams.h"
#include "server/usage/booking.h"
#include "server/usage/days.h"
#include "server/usage/limits.h"
#include "server/usage/meter.h"

namespace kyc {
namespace {

// For the webhook's last answers where calls took all of drain_timeout.
constexpr absl::Duration kLastAnswers = absl::Seconds(1);

// Moves a part to where it belongs, or says why there is none.
template <typename Part>
absl::Status Keep(absl::StatusOr<Part> made, Part& in) {
  if (!made.ok()) return made.status();
  in = *std::move(made);
  return absl::OkStatus();
}

std::vector<usage::Limit> LimitsOf(const std::vector<config::Caller>& callers) {
  std::vector<usage::Limit> limits;
  for (const config::Caller& caller : callers) {
    for (const config::CallLimit& limit : caller.limits) {
      limits.push_back(
          {caller.name, limit.method, limit.calls_per_second, limit.burst, limit.calls_per_day});
    }
  }
  return limits;
}

admin::DebugLines DebugLinesTo(const RoomLogs& logs) {
  return {[&logs](LogRoom room) { return logs.Of(room)->should_log(spdlog::level::debug); },
          [&logs](LogRoom room, const std::string& line) { logs.Of(room)->debug("{}", line); }};
}

}  // namespace

class GatewayParts {
 public:
  GatewayParts(config::Settings settings, RoomLogs& logs, config::InUse& in_use, OnEnded ended)
      : settings_(std::move(settings)),
        in_use_(in_use),
        logs_(logs),
        log_(logs.Of(LogRoom::kProcess)),
        metrics_(admin::MakePrometheusMetrics(DebugLinesTo(logs))),
        warnings_(LinesTo(LogRoom::kProcess, spdlog::level::warn)),
        certificates_(*metrics_, warnings_, log_) {
    if (settings_.tracing.has_value()) {
      spans_ = std::make_unique<tracing::Exporter>(*settings_.tracing, *metrics_,
                                                   LinesTo(LogRoom::kTracing, spdlog::level::warn));
    }
    ended_ = Both(std::move(ended), Both(warnings_.Listeners(), OwnListeners()));
  }

  ~GatewayParts() {
    // Before the services go. Does nothing after a drain, nor where nothing was served.
    if (rpc_ != nullptr) rpc_->Drain(absl::ZeroDuration());
  }

  void ForgetSecrets() { config::ForgetSecrets(settings_); }

  absl::Status Make() {
    absl::Status made = MakeEventLog();
    if (made.ok()) {
      made = Keep(Upstreams::Make(settings_, *metrics_, kept_replies_.get(), ended_.attempt,
                                  logs_.Of(LogRoom::kUpstream)),
                  upstreams_);
    }
    if (made.ok()) made = MakeCalls();
    if (made.ok()) made = MakeNotifications();
    if (made.ok()) made = MakeOperators();
    return made;
  }

  void Serve() {
    if (calls_ != nullptr) {
      rpc_->Serve();
      for (size_t i = 0; i < rpc_->ports().size(); ++i) {
        log_->info("listening grpc={} port={}", settings_.grpc->listeners[i].address,
                   rpc_->ports()[i]);
      }
    }
    if (notifications_ != nullptr) {
      notifications_->Serve();
      log_->info("listening webhook={} port={}", settings_.webhook->listener.address,
                 notifications_->port());
    }
    if (operators_ != nullptr) {
      operators_->Serve();
      log_->info("listening admin={} port={}", settings_.admin->listener.address,
                 operators_->port());
    }
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    const std::string too_few = TooFewFiles(settings_, static_cast<int64_t>(files.rlim_max));
    if (!too_few.empty()) log_->warn("{}", too_few);
    if (notes_ != nullptr) {
      notes_->Configured(ConfiguredAct("at the start", settings_.callers), "");
    }
    log_->info("serving");
  }

  void Reload(const config::Change& change) {
    const absl::Status taken =
        change.settings.ok() ? TakeOver(*change.settings) : change.settings.status();
    if (taken.ok()) in_use_.TakeOver(change.config);
    metrics_->ConfigReloaded(taken.ok());
    if (notes_ != nullptr) {
      notes_->Configured(taken.ok() ? ConfiguredAct("taken over", change.settings->callers)
                                    : "configuration read again",
                         taken.ok() ? "" : "all stays as it was");
    }
    if (taken.ok()) {
      log_->info(
          "the configuration was read again: new calls use its callers and secrets, the log its "
          "level");
    } else {
      log_->error("the configuration was read again, all stays as it was: {}",
                  std::string(taken.message()));
    }
    if (change.needs_restart) {
      log_->warn("the configuration changed in more than secrets: restart to apply the rest");
    }
  }

  void LookAtCertificates() {
    certificates_.Look();
    warnings_.IsSo("an account's share of the quarantine is nearly full",
                   IsNearlyFull(QuarantineUsed()));
    warnings_.Look();
  }

  void WriteNotes() {
    if (notes_ != nullptr) notes_->Look();
  }

  bool LookAtListeners() {
    const std::string deaf = rpc_ == nullptr ? "" : rpc_->DeafListener();
    if (deaf != deaf_) {
      if (deaf.empty()) log_->info("every gRPC listener serves new connections again");
      if (!deaf.empty()) log_->error("no new connection has been served at {} for 30 s", deaf);
      deaf_ = deaf;
    }
    return !deaf.empty() && settings_.grpc->end_when_deaf;
  }

  bool Drain() {
    leaving_ = true;
    metrics_->Draining();
    if (rpc_ != nullptr) rpc_->BeginDrain();
    if (settings_.drain_delay > absl::ZeroDuration()) {
      log_->info("leaving: not ready any more, all is taken for {} more",
                 absl::FormatDuration(settings_.drain_delay));
      std::this_thread::sleep_for(absl::ToChronoNanoseconds(settings_.drain_delay));
    }
    log_->info("draining: what runs has {}", absl::FormatDuration(settings_.drain_timeout));
    const absl::Time end = SteadyNow() + settings_.drain_timeout;
    if (notifications_ != nullptr) notifications_->BeginDrain();
    const bool all_ended = rpc_ == nullptr || rpc_->Drain(settings_.drain_timeout);
    if (notifications_ == nullptr) return all_ended;
    if (!notifications_->EndDrain(std::max(end, SteadyNow() + kLastAnswers))) {
      log_->warn("drain_timeout is over: notifications are left without an answer");
    }
    return all_ended;
  }

 private:
  std::function<void(absl::string_view)> LinesTo(LogRoom room,
                                                 spdlog::level::level_enum level) const {
    return [log = logs_.Of(room), level](absl::string_view line) {
      log->log(level, "{}", std::string(line));
    };
  }

  // The console's, and the collector's.
  OnEnded OwnListeners() {
    OnEnded console;
    if (settings_.admin.has_value()) {
      console.call = [this](const EndedCall& call) { recent_calls_.Add(call); };
    }
    if (spans_ == nullptr) return console;
    return Both(std::move(console), spans_->Listeners());
  }

  absl::Status MakeEventLog() {
    // Its loop is posted to by the event log until that is gone.
    if (settings_.grpc.has_value()) {
      MakeMeter();
      rpc_ = std::make_unique<rpc::Server>(*settings_.grpc, settings_.callers, *metrics_,
                                           rpc::kLongestWay,
                                           LinesTo(LogRoom::kRpc, spdlog::level::warn));
      rpc_->OnCallEnded([this](const EndedCall& call) {
        ended_.call(call);
        if (!call.handled && GoesToAnUpstream(call.method)) meter_->CountUnhandled(call);
      });
      if (spans_ != nullptr) {
        rpc_->Sample({.any = true, .share = settings_.tracing->sampled_share});
      }
    }
    if (!settings_.event_log.has_value()) return absl::OkStatus();
    absl::Status opened =
        Keep(OpenEventLog(settings_, *metrics_, LinesTo(LogRoom::kEvents, spdlog::level::info),
                          LinesTo(LogRoom::kEvents, spdlog::level::warn)),
             event_log_);
    if (!opened.ok()) return opened;
    notes_ = std::make_unique<ProcessNotes>(*event_log_.audit, ProcessName(), SteadyNow);
    if (rpc_ != nullptr) {
      rpc_->OnNotLetIn([raw = notes_.get()](const rpc::Refused& who) { raw->NotLetIn(who); });
    }
    kept_replies_ = std::make_unique<events::RepliesInQuarantine>(
        *event_log_.quarantine, *metrics_, LinesTo(LogRoom::kUpstream, spdlog::level::warn));
    if (rpc_ == nullptr) return opened;
    booking_ = std::make_shared<usage::Booking>(
        rpc_->loop(), *meter_, *event_log_.usage, *metrics_,
        usage::BookingOptions{.log = LinesTo(LogRoom::kUsage, spdlog::level::warn)});
    return booking_->Start();
  }

  void MakeMeter() {
    const bool counts = settings_.event_log.has_value();
    const auto zone = settings_.event_log.value_or(config::EventLog()).usage_time_zone;
    meter_ = std::make_shared<usage::Meter>(
        usage::Days(zone), counts ? usage::Counting::kOn : usage::Counting::kOff, *metrics_);
    meter_->UseLimits(LimitsOf(settings_.callers));
  }

  absl::Status MakeCalls() {
    if (rpc_ == nullptr) return absl::OkStatus();
    std::vector<rpc::Listener> listeners;
    for (const config::Listener& at : settings_.grpc->listeners) {
      auto pair = certificates_.Open(at);
      if (!pair.ok()) return pair.status();
      listeners.push_back(rpc::MakeListener(at, [pair = *pair] { return pair->Get(); }));
    }
    return Keep(CallsRole::Make(*rpc_, *settings_.grpc, listeners, *upstreams_, event_log_, meter_,
                                *metrics_, logs_.Of(LogRoom::kRpc)),
                calls_);
  }

  absl::Status MakeNotifications() {
    if (!settings_.webhook.has_value()) return absl::OkStatus();
    auto pair = certificates_.Open(settings_.webhook->listener);
    if (!pair.ok()) return pair.status();
    return Keep(NotificationsRole::Make(*settings_.webhook, event_log_, *metrics_, *std::move(pair),
                                        ended_.notification, logs_.Of(LogRoom::kWebhook)),
                notifications_);
  }

  absl::Status MakeOperators() {
    if (!settings_.admin.has_value()) return absl::OkStatus();
    auto pair = certificates_.Open(settings_.admin->listener);
    if (!pair.ok()) return pair.status();
    facts_ = std::make_unique<ConsoleFacts>(
        ConsoleFacts::Sources{event_log_.log.get(), event_log_.usage,
                              calls_ == nullptr ? nullptr : calls_->Standings()},
        usage::Days(settings_.event_log.value_or(config::EventLog()).usage_time_zone));
    return Keep(OperatorsRole::Make(*settings_.admin, *std::move(pair), *metrics_,
                                    {.metrics = [this] { return metrics_->Text(); },
                                     .calls = [this] { return recent_calls_.Json(); },
                                     .others = [this] { return facts_->Json(); },
                                     .config = [this] { return in_use_.Text(); },
                                     .log_levels = [this] { return logs_.Text(); },
                                     .set_log_level =
                                         [this](absl::string_view room, absl::string_view level) {
                                           return SetLogLevel(room, level);
                                         },
                                     .ready = [this] { return ReadyChecks(); }},
                                    logs_.Of(LogRoom::kAdmin)),
                operators_);
  }

  // What can fail comes first, so that all is taken over or nothing.
  absl::Status TakeOver(const config::Settings& from) {
    auto use_secrets = upstreams_->ReadSecrets(from);
    if (!use_secrets.ok()) return use_secrets.status();
    (*std::move(use_secrets))();
    if (notifications_ != nullptr) notifications_->UseAccounts(*from.webhook);
    if (operators_ != nullptr && from.admin.has_value()) operators_->UseTokens(*from.admin);
    if (rpc_ != nullptr) {
      rpc_->UseCallers(from.callers);
      meter_->UseLimits(LimitsOf(from.callers));
    }
    logs_.Configure(from.log_level);
    return absl::OkStatus();
  }

  // Thread-safe.
  std::vector<admin::ReadyCheck> ReadyChecks() const {
    ProcessState state;
    state.leaving = leaving_;
    if (notifications_ != nullptr) state.log_writable = event_log_.log->writable();
    if (event_log_.log != nullptr) state.log_damaged = event_log_.log->damaged();
    if (rpc_ != nullptr) state.deaf_listener = rpc_->DeafListener();
    if (event_log_.quarantine != nullptr) state.quarantine_used = QuarantineUsed();
    return ReadyChecksOf(state);
  }

  // Thread-safe. The line is at a level that is told as long as any warning is.
  absl::Status SetLogLevel(absl::string_view room, absl::string_view level) {
    absl::Status set = logs_.Set(room, level);
    if (set.ok()) {
      log_->warn("the log level of {} is {} now, until the process ends",
                 room.empty() ? "every room" : std::string(room), std::string(level));
    }
    return set;
  }

  double QuarantineUsed() const {
    return event_log_.quarantine == nullptr ? 0 : event_log_.quarantine->used_ratio();
  }

  // In the order of making; they go in the reverse order.
  config::Settings settings_;  // Without secrets once all is made.
  config::InUse& in_use_;
  RoomLogs& logs_;
  const std::shared_ptr<spdlog::logger> log_;  // The process's own.
  OnEnded ended_;
  admin::RecentCalls recent_calls_;
  const std::unique_ptr<admin::PrometheusMetrics> metrics_;
  OperatorWarnings warnings_;
  Certificates certificates_;
  std::unique_ptr<tracing::Exporter> spans_;  // Null where none are wanted.
  std::atomic<bool> leaving_ = false;
  std::string deaf_;  // The listener that was logged; main's thread's.
  std::unique_ptr<rpc::Server> rpc_;
  OpenedLog event_log_;
  std::unique_ptr<ProcessNotes> notes_;                        // Null without an event log.
  std::unique_ptr<events::RepliesInQuarantine> kept_replies_;  // Null without an event log.
  // They go after the upstreams, whose last calls are counted.
  std::shared_ptr<usage::Meter> meter_;      // Null without grpc.
  std::shared_ptr<usage::Booking> booking_;  // And without an event log.
  std::unique_ptr<Upstreams> upstreams_;
  std::unique_ptr<CallsRole> calls_;
  std::unique_ptr<NotificationsRole> notifications_;
  std::unique_ptr<ConsoleFacts> facts_;  // Null without admin.
  std::unique_ptr<OperatorsRole> operators_;
};

absl::StatusOr<MadeGateway> MadeGateway::Make(const config::Settings& settings, RoomLogs& logs,
                                              config::InUse& in_use, OnEnded ended) {
  auto parts = std::make_unique<GatewayParts>(settings, logs, in_use, std::move(ended));
  if (absl::Status made = parts->Make(); !made.ok()) return made;
  parts->ForgetSecrets();
  return MadeGateway(std::move(parts));
}

Gateway MadeGateway::Serve() && {
  parts_->Serve();
  return Gateway(std::move(parts_));
}

MadeGateway::MadeGateway(std::unique_ptr<GatewayParts> parts) : parts_(std::move(parts)) {}
MadeGateway::MadeGateway(MadeGateway&&) noexcept = default;
MadeGateway::~MadeGateway() = default;

Gateway::Gateway(std::unique_ptr<GatewayParts> parts) : parts_(std::move(parts)) {}
Gateway::Gateway(Gateway&&) noexcept = default;
Gateway::~Gateway() = default;

void Gateway::WriteNotes() { parts_->WriteNotes(); }
void Gateway::LookAtCertificates() { parts_->LookAtCertificates(); }
bool Gateway::LookAtListeners() { return parts_->LookAtListeners(); }
void Gateway::Reload(const config::Change& change) { parts_->Reload(change); }
bool Gateway::Drain() { return parts_->Drain(); }

}  // namespace kyc
