// The role of the `admin` block: console, metrics, health and readiness for operators.
#ifndef SERVER_OPERATORS_ROLE_H_
#define SERVER_OPERATORS_ROLE_H_

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "server/admin/operator_access.h"
#include "server/admin/operator_pages.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/http/server.h"
#include "server/net/listen_socket.h"
#include "server/tls/watched_pair.h"

namespace kyc {

// Owned by the gateway, used by main's thread: Make, Serve, each once.
class OperatorsRole {
 public:
  // Binds the address. `pair` is null where it speaks plaintext. `metrics`, which outlives the
  // role, is told of connections. The texts are asked for by the listener's thread until the role
  // is gone.
  static absl::StatusOr<std::unique_ptr<OperatorsRole>> Make(
      const config::Admin& admin, std::shared_ptr<const tls::WatchedPair> pair, Metrics& metrics,
      admin::OperatorTexts texts, std::shared_ptr<spdlog::logger> log);

  // Whose tokens count from now on.
  void UseTokens(const config::Admin& admin) { access_->Use(admin); }

  void Serve();
  // After Serve.
  uint16_t port() const { return server_->port(); }

 private:
  OperatorsRole(net::ListenSocket socket, http::ServerOptions options,
                std::shared_ptr<admin::OperatorAccess> access, admin::OperatorTexts texts);

  const std::shared_ptr<admin::OperatorAccess> access_;

  // Until Serve.
  net::ListenSocket socket_;
  http::ServerOptions options_;
  http::Handler handler_;
  // From Serve on.
  std::unique_ptr<http::Server> server_;
};

}  // namespace kyc

#endif  // SERVER_OPERATORS_ROLE_H_
