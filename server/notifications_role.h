// The role of the `webhook` block: takes notifications into the event log.
#ifndef SERVER_NOTIFICATIONS_ROLE_H_
#define SERVER_NOTIFICATIONS_ROLE_H_

#include <spdlog/logger.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/answered_notification.h"
#include "server/call/current.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/http/server.h"
#include "server/net/listen_socket.h"
#include "server/netzme/webhook/notify_handler.h"
#include "server/open_event_log.h"
#include "server/tls/watched_pair.h"

namespace kyc {

// Owned by the gateway, used by main's thread: Make, Serve, BeginDrain, EndDrain, each once.
class NotificationsRole {
 public:
  // Binds the address. `event_log` and `metrics` outlive the role; `pair` is null where the
  // listener has no TLS. `on_answered` is told of each notification.
  static absl::StatusOr<std::unique_ptr<NotificationsRole>> Make(
      const config::Webhook& webhook, const OpenedLog& event_log, Metrics& metrics,
      std::shared_ptr<const tls::WatchedPair> pair, OnNotification on_answered,
      std::shared_ptr<spdlog::logger> log);

  void Serve();
  // After Serve.
  uint16_t port() const { return server_->port(); }

  // Whose notifications are taken from now on.
  void UseAccounts(const config::Webhook& from);

  // Every notification that comes from now on is answered 503.
  void BeginDrain() { *draining_ = true; }
  // Waits until all that came is answered, at most until `end` of the steady clock. Whether it is;
  // if not, no answer is given any more, and no line says that one was.
  bool EndDrain(absl::Time end);

 private:
  using Accounts = std::vector<netzme::NotifyAccount>;

  NotificationsRole(net::ListenSocket socket, http::ServerOptions options)
      : socket_(std::move(socket)), options_(options) {}

  using SharedFlag = std::shared_ptr<std::atomic<bool>>;

  const SharedFlag draining_ = std::make_shared<std::atomic<bool>>(false);
  const SharedFlag cut_ = std::make_shared<std::atomic<bool>>(false);  // EndDrain's end came first.
  const std::shared_ptr<Current<Accounts>> accounts_ = std::make_shared<Current<Accounts>>();
  // Until Serve.
  net::ListenSocket socket_;
  http::ServerOptions options_;
  http::Handler handler_;
  // From Serve on.
  std::unique_ptr<http::Server> server_;
};

}  // namespace kyc

#endif  // SERVER_NOTIFICATIONS_ROLE_H_
