#include "server/gateway.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "server/admin/operator_pages.h"
#include "server/admin/prometheus_metrics.h"
#include "server/call/current.h"
#include "server/call/worker_pool.h"
#include "server/crypto/field_cipher.h"
#include "server/grpc_methods.h"
#include "server/http/server.h"
#include "server/netzme/notify_handler.h"
#include "server/open_event_log.h"
#include "server/rpc/health.h"
#include "server/rpc/reflection.h"
#include "server/rpc/server.h"
#include "server/upstream/chain.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/log_failures.h"

namespace kyc {
namespace {

// Threads that read history. More would only wait for the same disk.
constexpr int kReaders = 2;
// How long a drain waits for the webhook's last replies.
constexpr absl::Duration kLastReplies = absl::Seconds(5);

// The same error with the field of the configuration that it is about.
absl::Status At(absl::string_view field, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(status.message(), " (", field, ")"));
}

absl::StatusOr<finpay::WidgetCredentials> CredentialsOf(const config::FinpayAccount& account) {
  auto cipher = crypto::FieldCipher::Make(account.field_key, account.field_iv);
  if (!cipher.ok()) return cipher.status();
  return finpay::WidgetCredentials{account.merchant_id, account.merchant_pass, *std::move(cipher)};
}

using Senders = std::vector<netzme::NotifyAccount>;

std::shared_ptr<const Senders> SendersOf(const config::Webhook& webhook) {
  auto senders = std::make_shared<Senders>();
  for (const config::WebhookAccount& account : webhook.accounts) {
    senders->push_back({account.name, account.callback_tokens});
  }
  return senders;
}

class Composition final : public Gateway {
 public:
  Composition(config::Settings settings, std::shared_ptr<spdlog::logger> log)
      : settings_(std::move(settings)),
        log_(std::move(log)),
        metrics_(admin::MakePrometheusMetrics()) {}

  ~Composition() override {
    if (!*draining_) Drain();
  }

  absl::Status Start() {
    if (settings_.grpc.has_value()) {
      rpc_ = std::make_unique<rpc::Server>(*settings_.grpc, settings_.callers, *metrics_);
    }
    if (absl::Status opened = OpenEventLog(); !opened.ok()) return opened;
    if (absl::Status made = MakeUpstreams(); !made.ok()) return made;
    if (absl::Status serving = ServeGrpc(); !serving.ok()) return serving;
    if (absl::Status serving = ServeWebhook(); !serving.ok()) return serving;
    if (absl::Status serving = ServeAdmin(); !serving.ok()) return serving;
    log_->info("serving");
    return absl::OkStatus();
  }

  void Reload(const config::Change& change) override {
    const absl::Status taken =
        change.settings.ok() ? TakeOver(*change.settings) : change.settings.status();
    metrics_->ConfigReloaded(taken.ok());
    if (taken.ok()) {
      log_->info("the configuration was read again: new calls use its callers and secrets");
    } else {
      log_->error("the configuration was read again, all stays as it was: {}",
                  std::string(taken.message()));
    }
    if (change.needs_restart) {
      log_->warn("the configuration changed in more than secrets: restart to apply the rest");
    }
  }

  void Drain() override {
    *draining_ = true;  // The webhook answers 503 from here on, until gRPC has drained.
    if (rpc_ != nullptr) rpc_->Drain(settings_.drain_timeout);
    if (webhook_ == nullptr) return;
    const auto answered = std::make_shared<absl::Notification>();
    webhook_->Drain([answered] { answered->Notify(); });
    answered->WaitForNotificationWithTimeout(kLastReplies);
  }

 private:
  // What can fail comes first, so that all is taken over or nothing.
  absl::Status TakeOver(const config::Settings& from) {
    std::vector<std::pair<std::string, finpay::WidgetCredentials>> merchants;
    if (finpay_ != nullptr) {
      for (const config::FinpayAccount& account : from.finpay->accounts) {
        auto credentials = CredentialsOf(account);
        if (!credentials.ok()) return credentials.status();
        merchants.emplace_back(account.name, *std::move(credentials));
      }
    }
    for (auto& [name, credentials] : merchants) {
      finpay_->UseCredentials(name, std::move(credentials));
    }
    if (widekyc_ != nullptr) {
      for (const config::WideKycAccount& account : from.widekyc->accounts) {
        widekyc_->UseToken(account.name, account.token);
      }
    }
    if (webhook_ != nullptr) senders_->Set(SendersOf(*from.webhook));
    if (rpc_ != nullptr) rpc_->UseCallers(from.callers);
    return absl::OkStatus();
  }

  absl::Status OpenEventLog() {
    if (!settings_.event_log.has_value()) return absl::OkStatus();
    auto opened = kyc::OpenEventLog(
        settings_, *metrics_,
        [log = log_](absl::string_view line) { log->info("{}", std::string(line)); },
        [log = log_](absl::string_view line) { log->warn("{}", std::string(line)); });
    if (!opened.ok()) return opened.status();
    event_log_ = std::move(opened->log);
    kept_ = opened->quarantine;
    return absl::OkStatus();
  }

  upstream::SendHttp WayTo(const config::Upstream& how, const std::string& upstream,
                           const std::string& account) {
    return upstream::LogFailures(
        upstream::MakeChain(*curl_, how, upstream, account, metrics_.get()), upstream, account,
        log_);
  }

  absl::Status MakeUpstreams() {
    if (!settings_.finpay.has_value() && !settings_.widekyc.has_value()) return absl::OkStatus();
    auto curl = upstream::CurlLoop::Start();
    if (!curl.ok()) return curl.status();
    curl_ = *std::move(curl);
    if (settings_.widekyc.has_value()) MakeWideKyc(*settings_.widekyc);
    if (settings_.finpay.has_value()) return MakeFinpay(*settings_.finpay);
    return absl::OkStatus();
  }

  void MakeWideKyc(const config::WideKyc& from) {
    widekyc::Options options;
    options.server_url = from.server_url;
    if (settings_.grpc.has_value()) options.max_image_bytes = settings_.grpc->max_image_bytes;
    options.max_cust_ref_no_bytes = from.max_cust_ref_no_bytes;
    options.max_text_bytes = from.max_text_bytes;
    options.extra_headers = from.upstream.extra_headers;
    std::vector<widekyc::Account> accounts;
    for (const config::WideKycAccount& account : from.accounts) {
      accounts.push_back(
          {account.name, account.token, WayTo(from.upstream, "widekyc", account.name)});
    }
    widekyc_ = std::make_unique<widekyc::WideKycService>(std::move(options), std::move(accounts),
                                                         metrics_.get());
  }

  absl::Status MakeFinpay(const config::Finpay& from) {
    finpay::WidgetOptions options;
    options.base_url = from.base_url;
    if (settings_.grpc.has_value()) options.max_image_bytes = settings_.grpc->max_image_bytes;
    options.allow_http_widget_url = from.allow_http_widget_url;
    options.extra_headers = from.upstream.extra_headers;
    std::vector<finpay::Account> accounts;
    for (const config::FinpayAccount& account : from.accounts) {
      auto credentials = CredentialsOf(account);
      if (!credentials.ok()) return credentials.status();
      accounts.push_back(
          {account.name, *std::move(credentials), WayTo(from.upstream, "finpay", account.name)});
    }
    finpay_ = std::make_unique<finpay::UpgradeAccountService>(std::move(options),
                                                              std::move(accounts), metrics_.get());
    return absl::OkStatus();
  }

  absl::Status ServeGrpc() {
    if (rpc_ == nullptr) return absl::OkStatus();
    const int64_t max_image_bytes = settings_.grpc->max_image_bytes;
    std::vector<ServiceMethods> services;
    if (finpay_ != nullptr) services.push_back(MethodsOf(*finpay_, max_image_bytes));
    if (widekyc_ != nullptr) services.push_back(MethodsOf(*widekyc_, max_image_bytes));
    if (event_log_ != nullptr) {
      const auto run_blocking = [this](absl::AnyInvocable<void() &&> job) {
        readers_.Post(std::move(job));
      };
      upgrades_ = std::make_unique<netzme::UpgradeService>(
          *event_log_, rpc_->loop(), run_blocking, metrics_.get(), [] { return absl::Now(); });
      quarantine_ = std::make_unique<netzme::QuarantineService>(*event_log_, *kept_, run_blocking);
      services.push_back(MethodsOf(*upgrades_));
      services.push_back(MethodsOf(*quarantine_));
    }
    std::vector<std::string> names;
    for (ServiceMethods& service : services) {
      names.push_back(service.name);
      for (rpc::Method& method : service.methods) rpc_->Add(std::move(method));
    }
    for (rpc::Method& method : rpc::HealthMethods(names, rpc_->serving())) {
      rpc_->Add(std::move(method));
    }
    for (const char* also : {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                             "grpc.reflection.v1alpha.ServerReflection"}) {
      names.emplace_back(also);
    }
    for (rpc::Method& method : rpc::ReflectionMethods(names)) rpc_->Add(std::move(method));
    if (absl::Status started = rpc_->Start(); !started.ok()) return started;
    log_->info("listening grpc={} port={}", settings_.grpc->listen, rpc_->port());
    return absl::OkStatus();
  }

  absl::Status ServeWebhook() {
    if (!settings_.webhook.has_value()) return absl::OkStatus();
    const config::Webhook& from = *settings_.webhook;
    http::ServerOptions options;
    options.address = from.listen;
    options.max_body_bytes = static_cast<size_t>(from.max_body_bytes);
    options.max_connections = from.max_connections;
    senders_->Set(SendersOf(from));
    netzme::NotifyOptions notify;
    notify.accounts = [senders = senders_] { return senders->Get(); };
    notify.draining = draining_;
    notify.log = [log = log_](absl::string_view line) { log->warn("{}", std::string(line)); };
    auto server = http::Server::Start(
        options, netzme::NotifyHandler(std::move(notify), *event_log_, *kept_, *metrics_));
    if (!server.ok()) return At("webhook.listen", server.status());
    webhook_ = *std::move(server);
    log_->info("listening webhook={} port={}", from.listen, webhook_->port());
    return absl::OkStatus();
  }

  absl::Status ServeAdmin() {
    if (!settings_.admin.has_value()) return absl::OkStatus();
    http::ServerOptions options;
    options.address = settings_.admin->listen;
    auto server = http::Server::Start(
        options,
        admin::OperatorPages([this] { return metrics_->Text(); }, [this] { return WhyUnready(); }));
    if (!server.ok()) return At("admin.listen", server.status());
    admin_ = *std::move(server);
    log_->info("listening admin={} port={}", settings_.admin->listen, admin_->port());
    return absl::OkStatus();
  }

  // Thread-safe; empty when ready.
  std::string WhyUnready() const {
    if (*draining_) return "draining";
    if (webhook_ != nullptr && !event_log_->writable()) return "the event log cannot be written";
    return "";
  }

  // In the order of making; they go in the reverse order. The gRPC server comes first because its
  // loop is posted to by the event log until that is gone.
  const config::Settings settings_;
  const std::shared_ptr<spdlog::logger> log_;
  const std::unique_ptr<admin::PrometheusMetrics> metrics_;
  const std::shared_ptr<std::atomic<bool>> draining_ = std::make_shared<std::atomic<bool>>(false);
  const std::shared_ptr<Current<Senders>> senders_ = std::make_shared<Current<Senders>>();
  std::unique_ptr<rpc::Server> rpc_;
  std::unique_ptr<events::EventLog> event_log_;
  events::Quarantine* kept_ = nullptr;  // The event log's.
  std::unique_ptr<netzme::UpgradeService> upgrades_;
  std::unique_ptr<netzme::QuarantineService> quarantine_;
  WorkerPool readers_{kReaders};
  std::unique_ptr<upstream::CurlLoop> curl_;
  std::unique_ptr<finpay::UpgradeAccountService> finpay_;
  std::unique_ptr<widekyc::WideKycService> widekyc_;
  std::unique_ptr<http::Server> webhook_;
  std::unique_ptr<http::Server> admin_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(const config::Settings& settings,
                                                        std::shared_ptr<spdlog::logger> log) {
  auto gateway = std::make_unique<Composition>(settings, std::move(log));
  if (absl::Status started = gateway->Start(); !started.ok()) return started;
  return gateway;
}

}  // namespace kyc
