#include "server/notifications_role.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

namespace kyc {

namespace {

netzme::EntranceLimits LimitsOf(const config::Webhook& webhook) {
  netzme::EntranceLimits limits;
  limits.networks = webhook.source_networks;
  limits.of_a_source = webhook.max_a_second_of_a_source;
  for (const config::WebhookAccount& account : webhook.accounts) {
    limits.of_account[account.name] = account.max_a_second;
  }
  return limits;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NotificationsRole>> NotificationsRole::Make(
    const config::Webhook& webhook, const OpenedLog& event_log, Metrics& metrics,
    std::shared_ptr<const tls::WatchedPair> pair, OnNotification on_answered,
    std::shared_ptr<spdlog::logger> log) {
  auto socket = net::ListenSocket::Open(webhook.listener.address);
  if (!socket.ok()) {
    return absl::Status(socket.status().code(),
                        absl::StrCat(socket.status().message(), " (", webhook.listener.field, ")"));
  }
  http::ServerOptions options;
  options.pair = std::move(pair);
  options.max_body_bytes = static_cast<size_t>(webhook.max_body_bytes);
  options.max_connections = webhook.max_connections;
  options.max_connections_of_a_source = webhook.max_connections_of_a_source;
  options.metrics = &metrics;
  options.name = "webhook";
  options.log = [log](absl::string_view line) { log->warn("{}", std::string(line)); };
  auto made =
      std::unique_ptr<NotificationsRole>(new NotificationsRole(*std::move(socket), options));
  made->UseAccounts(webhook);
  netzme::NotifyOptions notify;
  notify.limits = LimitsOf(webhook);
  notify.accounts = [accounts = made->accounts_] { return accounts->Get(); };
  notify.draining = made->draining_;
  notify.log = [log = std::move(log), cut = made->cut_](absl::string_view line) {
    if (!*cut) log->warn("{}", std::string(line));
  };
  if (on_answered != nullptr) {
    notify.on_answered = [on_answered = std::move(on_answered),
                          cut = made->cut_](const AnsweredNotification& answered) {
      if (!*cut) on_answered(answered);
    };
  }
  made->handler_ =
      netzme::NotifyHandler(std::move(notify), *event_log.log, *event_log.quarantine, metrics);
  return made;
}

void NotificationsRole::Serve() {
  server_ = http::Server::Serve(std::move(socket_), options_, std::move(handler_));
}

void NotificationsRole::UseAccounts(const config::Webhook& from) {
  auto accounts = std::make_shared<Accounts>();
  for (const config::WebhookAccount& account : from.accounts) {
    accounts->push_back({account.name, account.callback_tokens});
  }
  accounts_->Set(std::move(accounts));
}

bool NotificationsRole::EndDrain(absl::Time end) {
  const auto answered = std::make_shared<std::promise<void>>();
  server_->Drain([answered] { answered->set_value(); });
  const absl::Duration left = std::max(end - SteadyNow(), absl::ZeroDuration());
  const bool in_time =
      answered->get_future().wait_for(absl::ToChronoNanoseconds(left)) == std::future_status::ready;
  if (in_time) return true;
  *cut_ = true;
  server_ = nullptr;
  return false;
}

}  // namespace kyc
